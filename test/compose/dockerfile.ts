/** One line of a Dockerfile, continued lines joined. */
export type Instruction =
  | {
      readonly kind: 'copy';
      readonly from: string | undefined;
      readonly sources: readonly string[];
      readonly target: string;
    }
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'other'; readonly name: string; readonly argument: string };

export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** Reads the stages of a Dockerfile, as far as ours needs it; a form of COPY that is not known here is an error. */
export function parseDockerfile(text: string): readonly Stage[] {
  const lines = text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', argument = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') {
      const [, base = '', stage = String(stages.length)] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(argument) ?? [];
      stages.push({ name: stage, base, instructions: [] });
    } else stages.at(-1)?.instructions.push(parseInstruction(name, argument));
  }
  return stages;
}

function parseInstruction(name: string, argument: string): Instruction {
  if (name === 'RUN') return { kind: 'run', command: argument };
  if (name !== 'COPY') return { kind: 'other', name, argument };
  const words = argument.split(/\s+/);
  const flags = words.filter((word) => word.startsWith('--'));
  const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.pop();
  if (target === undefined || flags.length > (from === undefined ? 0 : 1))
    throw new Error(`COPY ${argument}: not known`);
  return { kind: 'copy', from, sources: paths, target };
}

/** Argument of the last instruction of that name, for example USER. */
export function lastOf(stage: Stage, name: string): string | undefined {
  const found = stage.instructions.findLast((one) => one.kind === 'other' && one.name === name);
  return found?.kind === 'other' ? found.argument : undefined;
}
