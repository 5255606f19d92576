/** A table of Markdown: the first column is text, the others are numbers or short words. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map((_, index) => (index === 0 ? '---|' : '---:|')).join('')}`, ...rows.map(line)];
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const fine = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 1, minimumFractionDigits: 1 });

/**
 * Replaces what stands between two marks of a document, `<!-- measured: NAME -->` and `<!-- end: NAME -->`.
 *
 * @returns the content alone when the document has no such marks
 */
export function replaceMeasured(document: string, name: string, content: string): string {
  const [begin, end] = [`<!-- measured: ${name} -->\n`, `<!-- end: ${name} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) return content;
  return `${document.slice(0, from)}${begin}${content}${document.slice(to)}`;
}
