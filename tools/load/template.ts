/** A text with holes, cut once and filled often: what is the same in every event is never built again. */
export type Template<Act> = (act: Act) => string;

export type Slots<Act> = Readonly<Record<string, (act: Act) => string>>;

/** `{{name}}` inside a text, `"{{#name}}"` for something that is no text: a number, an object, null. */
const HOLE = /"\{\{#(\w+)\}\}"|\{\{(\w+)\}\}/g;

/**
 * @param text with holes; what fills them is inserted as it is, so it must need no escaping
 * @throws Error when a hole has no slot
 */
export function compile<Act>(text: string, slots: Slots<Act>): Template<Act> {
  const pieces: string[] = [];
  const fillers: ((act: Act) => string)[] = [];
  let from = 0;
  for (const match of text.matchAll(HOLE)) {
    const name = match[1] ?? match[2]!;
    const filler = slots[name];
    if (filler === undefined) throw new Error(`nothing fills {{${name}}}`);
    pieces.push(text.slice(from, match.index));
    fillers.push(filler);
    from = match.index + match[0].length;
  }
  const last = text.slice(from);
  if (fillers.length === 0) return () => text;
  return (act) => {
    let filled = '';
    for (let index = 0; index < fillers.length; index += 1) filled += pieces[index]! + fillers[index]!(act);
    return filled + last;
  };
}
