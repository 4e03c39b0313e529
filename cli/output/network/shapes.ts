/** Sizes in pixels, and colors with a contrast of at least 4.5 to 1 for text on them. */
export const CARD = { width: 268, padding: 12, line: 19, gap: 12, bar: 12 } as const;
export const PANEL = { padding: 14, head: 74, gap: 96 } as const;

export const COLORS = {
  text: '#17202c',
  dim: '#4c5a6b',
  line: '#8290a3',
  card: '#ffffff',
  link: '#2563a8',
  database: '#7a3e9d',
  publicSubnet: '#f0b45a',
  otherSubnet: '#6fa8dc',
  free: '#eceff3',
  gateway: '#1f3a5f',
} as const;

/** Backgrounds of the segments in a group, from left to right. */
export const TINTS = ['#eef6ee', '#eaf2fb', '#fdf5e4', '#f5eefa', '#eaf6f6'] as const;

interface TextOptions {
  readonly kind?: string;
  readonly anchor?: 'middle' | 'end';
}

export function text(x: number, y: number, content: string, { kind, anchor }: TextOptions = {}): string {
  const attributes = [
    ...kind === undefined ? [] : [`class="${kind}"`], `x="${x}" y="${y}"`,
    ...anchor === undefined ? [] : [`text-anchor="${anchor}"`],
  ];
  return `<text ${attributes.join(' ')}>${escaped(content)}</text>`;
}

interface BoxOptions {
  readonly fill: string;
  readonly stroke?: string;
  readonly radius?: number;
}

export function box(
  x: number, y: number, width: number, height: number, { fill, stroke, radius = 6 }: BoxOptions,
): string {
  const line = stroke === undefined ? '' : ` stroke="${stroke}"`;
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}"${line}/>`;
}

/** A line of horizontal and vertical parts; `ends` are those with an arrow. */
export function path(
  parts: string, color: string, { ends = [], dashed = false, width = 2 }: {
    readonly ends?: readonly ('start' | 'end')[]; readonly dashed?: boolean; readonly width?: number;
  } = {},
): string {
  const marker = color === COLORS.database ? 'to-database' : 'to-link';
  const markers = ends.map(end => ` marker-${end}="url(#${marker})"`).join('');
  const dashes = dashed ? ' stroke-dasharray="5 4"' : '';
  return `<path d="${parts}" fill="none" stroke="${color}" stroke-width="${width}"${dashes}${markers}/>`;
}

/** A sign for a database, 16 by 16 pixels. */
export function cylinder(x: number, y: number): string {
  const look = `fill="#ffffff" stroke="${COLORS.database}" stroke-width="1.5"`;
  return `<path d="M${x} ${y + 3}v10a8 3 0 0 0 16 0v-10" ${look}/>`
    + `<ellipse cx="${x + 8}" cy="${y + 3}" rx="8" ry="3" ${look}/>`;
}

export function shortened(name: string, length: number): string {
  const characters = [...name];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : name;
}

export function escaped(content: string): string {
  return content.replace(/[&<>"]/g, character => `&#${character.codePointAt(0)};`);
}
