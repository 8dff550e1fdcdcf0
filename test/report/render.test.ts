import { describe, expect, it } from 'vitest';
import {
  accuracyFigure,
  arrayMapFigure,
  confusionFigure,
  csv,
  renderReport,
  switchingCurveFigure,
  type ReportDocument,
} from '../../src/report/index.js';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';

const curve: SwitchingCurve = {
  format: 'spinbar.switching-curve',
  version: 1,
  name: 'test',
  device: { name: 'device', hash: 'd' },
  protocol: { name: 'protocol', hash: 'p', kind: 'hard-axis-preset' },
  temperatureKelvin: 300,
  seed: 1,
  method: 'monte-carlo',
  points: [-2e-6, 0, 2e-6].map((currentAmpere, i) => ({
    currentAmpere,
    trials: 100,
    switched: 10 + 40 * i,
    probability: 0.1 + 0.4 * i,
    interval: [0.05 + 0.4 * i, 0.15 + 0.4 * i],
  })),
  fit: {
    model: 'logistic',
    centreAmpere: 0,
    widthAmpere: 1e-6,
    covariance: [1, 0, 0, 1],
    logLikelihood: -1,
    goodness: { chiSquare: 1, degreesOfFreedom: 1, pValue: 0.3 },
  },
  currentRangeAmpere: [-2e-6, 2e-6],
  provenance: { version: '0', inputHash: 'h' },
};

const report: ReportDocument = {
  title: 'A <b>bold</b> title & more',
  answer: 'The network scores **91 %** with `mtj`.',
  facts: [{ label: 'accuracy', value: '91 %', note: '90 to 92' }],
  sections: [
    {
      id: 'one',
      title: 'One',
      blocks: [
        { kind: 'text', text: 'x < y' },
        { kind: 'note', level: 'warning', text: 'careful' },
        {
          kind: 'table',
          caption: 'rows',
          columns: ['a', 'b'],
          rows: [
            ['x', 1],
            ['</script>', '2.5 %'],
          ],
        },
        switchingCurveFigure(curve, { evaluate: (current) => 1 / (1 + Math.exp(-current / 1e-6)) }),
        accuracyFigure([
          { converter: 'float', samples: 0, accuracy: 0.98, interval: [0.97, 0.99] },
          { converter: 'mtj', samples: 1, accuracy: 0.91, interval: [0.9, 0.92] },
          { converter: 'mtj', samples: 8, accuracy: 0.97, interval: [0.96, 0.98] },
        ]),
        arrayMapFigure([1, 2, 3, 4], 2, 2, { caption: 'map', quantity: 'voltage drop (mV)' }),
        confusionFigure([9, 1, 0, 10], ['zero', 'one'], 'confusion'),
      ],
    },
  ],
  footer: 'seed 1',
};

describe('renderReport', () => {
  const html = renderReport(report, { plotlySource: 'var Plotly = { react() {} }; // </script>' });

  it('escapes what it is given', () => {
    expect(html).toContain('A &lt;b&gt;bold&lt;/b&gt; title &amp; more');
    expect(html).toContain('x &lt; y');
    expect(html.match(/<script>/g)).toHaveLength(2);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
  });

  it('draws one place per figure, each with a description', () => {
    expect(html.match(/role="img" aria-label="[^"]+"/g)).toHaveLength(4);
    expect(html).toContain('Probability rises from 0.1 to 0.9; centre 0 uA, width 1 uA');
  });

  it('fetches nothing', () => {
    expect(html).not.toMatch(/(src|href)="(?!#)/);
  });

  it('embeds figures as parseable JSON', () => {
    const json = /const figures = (.*);\n/.exec(html)?.[1];
    const figures = JSON.parse(json ?? '') as { traces: { x?: number[] }[] }[];
    expect(figures).toHaveLength(4);
    expect(figures[0].traces[0].x).toHaveLength(121);
  });

  it('aligns numbers and leaves text alone', () => {
    expect(html).toContain('<td class="number">2.5 %</td>');
    expect(html).toContain('<td>x</td>');
  });
});

describe('csv', () => {
  it('quotes what needs it', () => {
    expect(csv(['a', 'b (A)'], [['x,"y"', 1e-6]])).toBe('a,b (A)\n"x,""y""",0.000001\n');
  });
});

describe('figures refuse', () => {
  it('a map whose size disagrees', () => {
    expect(() => arrayMapFigure([1, 2, 3], 2, 2, { caption: '', quantity: '' })).toThrow(
      'invalid map: 3 values for 2 x 2',
    );
  });
});
