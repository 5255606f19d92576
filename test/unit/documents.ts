import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the checkout, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const readDocument = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** The text of a section, up to the next heading of its level or above. @throws Error when there is no such heading */
export function section(text: string, heading: string): string {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`no heading "${heading}"`);
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const length = lines.slice(start + 1).findIndex((line) => (/^#+(?= )/.exec(line)?.[0].length ?? 7) <= level);
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
}

/** Rows of all tables of a text, without heads: cells as they read, without anchors and backticks. */
export function tableRows(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const isHead = /^\|[\s|:-]+\|$/.test(lines[index + 1] ?? '');
    const isRule = /^\|[\s|:-]+\|$/.test(line);
    return line.startsWith('|') && !isHead && !isRule ? [cellsOf(line)] : [];
  });
}

function cellsOf(line: string): readonly string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) =>
      cell
        .replaceAll(/<a id="[^"]*"><\/a>/g, '')
        .replaceAll('`', '')
        .trim(),
    );
}

/** Names in backticks at the head of the items of a numbered list, in their order. */
export function numberedNames(text: string): readonly string[] {
  return [...text.matchAll(/^\d+\. `(\w+)`/gm)].map(([, name]) => name!);
}

const begin = (name: string) => `<!-- generated: ${name} -->\n`;
const end = (name: string) => `<!-- end: ${name} -->`;

/** What stands between the markers of a generated block. @throws Error when the markers are missing */
export function generatedBlock(text: string, name: string): string {
  const start = text.indexOf(begin(name));
  const stop = text.indexOf(end(name));
  if (start < 0 || stop < start) throw new Error(`no block "${name}"`);
  return text.slice(start + begin(name).length, stop);
}

/** The text with another content between the markers. */
export function withBlock(text: string, name: string, content: string): string {
  return text.replace(begin(name) + generatedBlock(text, name) + end(name), () => begin(name) + content + end(name));
}
