/** The page's only script of ours: draws the figures whose JSON is given, in the reader's colour scheme. */
export const figureScript = (figuresJson: string): string => `
const figures = ${figuresJson};
const dark = matchMedia('(prefers-color-scheme: dark)');
function draw() {
  const ink = dark.matches ? '#e6e6e6' : '#222';
  const grid = dark.matches ? '#3a3f46' : '#e3e6ea';
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: ink, automargin: true };
  figures.forEach((figure, i) => {
    const layout = Object.assign({
      height: figure.height || 400, margin: { l: 64, r: 24, t: 16, b: 56 },
      paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
      font: { family: 'system-ui, sans-serif', size: 13, color: ink }, legend: { orientation: 'h', y: 1.12 },
    }, figure.layout);
    for (const key of Object.keys(layout)) if (/^[xy]axis/.test(key)) layout[key] = Object.assign({}, axis, layout[key]);
    Plotly.react('figure-' + i, figure.traces, layout, { responsive: true, displaylogo: false });
  });
}
draw();
dark.addEventListener('change', draw);
`;
