/**
 * Whether a builder would leave a path out. As Docker does it: the last pattern that fits the path or a folder above it
 * decides; `!` takes back. Unlike in a shell, `*` takes a leading dot.
 *
 * @param path relative to the root of the repository
 */
export function dockerIgnore(text: string): (path: string) => boolean {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ expression: expressionOf(line.replace(/^!/, '')), ignores: !line.startsWith('!') }));
  return (path) => {
    const parts = path.split('/');
    const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    const last = patterns.findLast(({ expression }) => prefixes.some((prefix) => expression.test(prefix)));
    return last?.ignores ?? false;
  };
}

// Two stars with a slash for any folders, one star within a name and plain names are all that ours use.
function expressionOf(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*\/|\*)/)
    .map((part) => ({ '**/': '(?:.*/)?', '*': '[^/]*' })[part] ?? part.replaceAll('.', '\\.'))
    .join('');
  return new RegExp(`^${source}$`);
}
