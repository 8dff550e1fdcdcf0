/** Okabe and Ito's colours, told apart by colour-blind readers (jfly.uni-koeln.de/color, 2008). */
export const PALETTE = {
  blue: '#0072b2',
  orange: '#e69f00',
  green: '#009e73',
  vermilion: '#d55e00',
  sky: '#56b4e9',
  purple: '#cc79a7',
  grey: '#7f7f7f',
} as const;
