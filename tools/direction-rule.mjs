/**
 * ESLint rule that keeps the folder tree equal to the data flow (docs/architecture.md):
 * a room imports only from rooms to its left and from support; support imports only support.
 */
const ROOMS = [
  'units',
  'netlist',
  'magnetics',
  'circuit',
  'crossbar',
  'calibration',
  'network',
  'training',
  'architecture',
  'report',
  'experiment',
  'cli',
  'workbench',
];
const SUPPORT = ['errors', 'numerics', 'kernels', 'parallel', 'formats'];
/** Rooms a room may not know although they stand to its left: it must go through the types between. */
const BLIND = {
  network: ['magnetics', 'circuit', 'netlist'],
  training: ['magnetics', 'circuit', 'netlist'],
};
/** Nothing but these may import the right-hand room. */
const ONLY_FROM = {
  report: ['report', 'experiment', 'cli'],
  cli: ['cli'],
  workbench: ['workbench'],
};

const roomOf = (path) => /(?:^|\/)src\/([^/]+)\//.exec(path.replaceAll('\\', '/'))?.[1];

function violation(from, to) {
  if (from === to || from === undefined || to === undefined) return undefined;
  if (SUPPORT.includes(from)) {
    return SUPPORT.includes(to) ? undefined : `support folder "${from}" may not know room "${to}"`;
  }
  if (SUPPORT.includes(to)) return undefined;
  if (!ROOMS.includes(to)) return `"${to}" is not a room of docs/architecture.md`;
  if (BLIND[from]?.includes(to)) return `room "${from}" may not know "${to}"`;
  if (ONLY_FROM[to] && !ONLY_FROM[to].includes(from))
    return `nothing but ${ONLY_FROM[to].join(', ')} may import "${to}"`;
  return ROOMS.indexOf(to) < ROOMS.indexOf(from)
    ? undefined
    : `room "${from}" may only import rooms to its left, "${to}" is to its right`;
}

export const directionRule = {
  meta: { type: 'problem', schema: [], messages: { wrongWay: '{{why}}' } },
  create(context) {
    const from = roomOf(context.filename);
    const check = (node) => {
      const source = node.source?.value;
      if (typeof source !== 'string' || !source.startsWith('.')) return;
      const target = new URL(source, `file://${context.filename}`).pathname;
      const why = violation(from, roomOf(target));
      if (why) context.report({ node, messageId: 'wrongWay', data: { why } });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};
