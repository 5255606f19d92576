/**
 * Splits the text of a file into statements at semicolons. A semicolon inside a string, a quoted name, a heredoc or a
 * comment does not count. Comments stay in the statement they precede; a piece that is only comments is no statement.
 */
export function splitStatements(text: string): readonly string[] {
  const statements: string[] = [];
  let start = 0;
  let at = 0;
  let hasCode = false;
  const close = (): void => {
    if (hasCode) statements.push(text.slice(start, at).trim());
    start = at + 1;
    hasCode = false;
  };
  while (at < text.length) {
    const length = tokenLength(text, at);
    if (text[at] === ';') close();
    else if (!isComment(text, at) && text[at]?.trim() !== '') hasCode = true;
    at += length;
  }
  at = text.length;
  close();
  return statements;
}

function isComment(text: string, at: number): boolean {
  return text.startsWith('--', at) || text.startsWith('/*', at) || isHashComment(text, at);
}

/** ClickHouse reads `# ` and `#!` as a comment to the end of the line. */
function isHashComment(text: string, at: number): boolean {
  return text.startsWith('# ', at) || text.startsWith('#!', at);
}

/** Length of what must be stepped over as one: a comment, a quoted piece, a heredoc, else one character. */
function tokenLength(text: string, at: number): number {
  const character = text[at];
  if (text.startsWith('--', at) || isHashComment(text, at)) return upTo(text, '\n', at);
  if (text.startsWith('/*', at)) return upTo(text, '*/', at + 2) + 2;
  if (character === "'" || character === '"' || character === '`') return quotedLength(text, at, character);
  const heredoc = character === '$' ? /\$\w*\$/y : undefined;
  if (heredoc !== undefined) {
    heredoc.lastIndex = at;
    const tag = heredoc.exec(text)?.[0];
    if (tag !== undefined) return upTo(text, tag, at + tag.length) + tag.length;
  }
  return 1;
}

/** A doubled quote needs no care: the piece ends and the next begins at once. */
function quotedLength(text: string, at: number, quote: string): number {
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1;
    else if (text[end] === quote) return end + 1 - at;
  }
  return text.length - at;
}

/** Characters from `from` to the end of the next `mark`, or to the end of the text. */
function upTo(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length - from : found + mark.length - from;
}
