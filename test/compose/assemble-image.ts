import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { ROOT } from './compose-file.ts';
import { dockerIgnore } from './docker-ignore.ts';
import { lastOf, parseDockerfile, type Stage } from './dockerfile.ts';

/** A folder that holds what /app holds in the image. */
export interface AssembledImage {
  readonly directory: string;
  readonly base: string;
  readonly user: string | undefined;
  /** Program and its first arguments; the command comes after. */
  readonly entrypoint: readonly string[];
}

/** What RUN lines may do that concerns the system and not /app. */
const OUTSIDE = [/^install -d -o node -g node \/var\/lib\/caliper$/];

/**
 * Does what a builder would do for /app, without a container engine: the same files in the same order, left out what
 * Dockerfile.dockerignore leaves out, installed by the same commands. npm takes packages from its cache where it has them.
 *
 * @throws Error for a RUN line that is neither npm nor known
 */
export async function assembleImage(target: string): Promise<AssembledImage> {
  const stages = parseDockerfile(await readFile(`${ROOT}infra/docker/Dockerfile`, 'utf8'));
  const ignored = dockerIgnore(await readFile(`${ROOT}infra/docker/Dockerfile.dockerignore`, 'utf8'));
  for (const stage of stages) await buildStage(stage, target, ignored);
  const last = stages.at(-1);
  if (last === undefined) throw new Error('no stage');
  return {
    directory: join(target, last.name),
    base: last.base,
    user: lastOf(last, 'USER'),
    entrypoint: JSON.parse(lastOf(last, 'ENTRYPOINT') ?? '[]'),
  };
}

async function buildStage(stage: Stage, target: string, ignored: (path: string) => boolean): Promise<void> {
  const app = join(target, stage.name);
  await mkdir(app, { recursive: true });
  for (const instruction of stage.instructions) {
    if (instruction.kind === 'run') run(instruction.command, app);
    if (instruction.kind !== 'copy') continue;
    const { from, sources, target: to } = instruction;
    for (const source of sources) {
      if (from === undefined) await copyFromContext(source, app, to, ignored);
      // Links stay links, as in an image; only /app is copied between stages.
      else if (source === '/app') await cp(join(target, from), app, { recursive: true, verbatimSymlinks: true });
      else throw new Error(`COPY --from=${from} ${source}: not known`);
    }
  }
}

/** A target that ends with a slash is a folder. A file that the builder would not get is missing here, too. */
async function copyFromContext(
  source: string,
  app: string,
  to: string,
  ignored: (path: string) => boolean,
): Promise<void> {
  if (ignored(source)) throw new Error(`COPY ${source}: left out by Dockerfile.dockerignore`);
  await cp(join(ROOT, source), join(app, to.endsWith('/') ? join(to, basename(source)) : to), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !ignored(relative(ROOT, path)),
  });
}

function run(command: string, app: string): void {
  if (OUTSIDE.some((pattern) => pattern.test(command))) return;
  if (!command.startsWith('npm ci ')) throw new Error(`RUN ${command}: not known`);
  const [program = '', ...args] = command.split(' ');
  const result = spawnSync(program, [...args, '--prefer-offline'], { cwd: app, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${command}: ${result.stderr}`);
}
