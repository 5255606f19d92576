import { matchesGlob } from 'node:path';

/**
 * Whether a builder would leave a path out. As Docker does it: the last pattern that fits the path or a folder above it
 * decides; `!` takes back.
 *
 * @param path relative to the root of the repository
 */
export function dockerIgnore(text: string): (path: string) => boolean {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ glob: line.replace(/^!/, ''), ignores: !line.startsWith('!') }));
  return (path) => {
    const parts = path.split('/');
    const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    const last = patterns.findLast(({ glob }) => prefixes.some((prefix) => matchesGlob(prefix, glob)));
    return last?.ignores ?? false;
  };
}
