import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { RenderOptions } from '../../report/index.js';

/** The plotting library's text, to be inlined; without it figures become their descriptions. */
export function plotlySource(): RenderOptions {
  try {
    const file = createRequire(import.meta.url).resolve(
      'plotly.js-cartesian-dist-min/plotly-cartesian.min.js',
    );
    return { plotlySource: readFileSync(file, 'utf8') };
  } catch {
    return {};
  }
}
