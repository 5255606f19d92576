import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { listKeys, withKey, withKeyEnding } from './edit-sensors.ts';
import { timeFrom } from './times.ts';

const LOCAL_FILE = '.local/sensors.json';
const say = (line: string) => console.log(line);

const program = new Command('npm run keys --')
  .description(
    'Keys of sensors, in the file that the gateway reads (GATEWAY_SENSORS_FILE). It holds their hashes alone.',
  )
  .option('--file <path>', `sensors.json; default: GATEWAY_SENSORS_FILE, else ${LOCAL_FILE}`)
  .addHelpText(
    'after',
    `
Examples:
  npm run keys -- add --tenant demo --label learn-production
  npm run keys -- add --tenant demo --label edx --basic openedx --expires 365d --note 'until the summer'
  npm run keys -- list
  npm run keys -- revoke 3f9a1c07be24            at once
  npm run keys -- revoke 3f9a1c07be24 --in 7d    so that the sensor can be changed meanwhile

The gateway reads the file again within a second. A key is shown once, when it is made.`,
  );

interface AddOptions {
  readonly tenant: string;
  readonly label: string;
  readonly basic?: string;
  readonly expires?: string;
  readonly note?: string;
}

program
  .command('add')
  .description('makes a key for a sensor, new or known, and says it once')
  .requiredOption('--tenant <tenant>', 'whose events they are')
  .requiredOption('--label <label>', 'name of the sensor, for people')
  .option('--basic <user>', 'for senders that know only user and password')
  .option('--expires <when>', 'a time like 2027-01-31, or a span like 90d')
  .option('--note <text>', 'where it is in use')
  .action((options: AddOptions) => {
    const { tenant, label, basic, expires, note } = options;
    // A UUID, because Learn asks for one; its 122 random bits are enough for all.
    const key = randomUUID();
    edit((text) =>
      withKey(text, {
        tenant,
        label,
        secret: basic === undefined ? key : `${basic}:${key}`,
        scheme: basic === undefined ? 'key' : 'basic',
        ...(expires === undefined ? {} : { expiresAt: timeFrom(expires, Date.now()) }),
        ...(note === undefined ? {} : { note }),
      }),
    );
    say(basic === undefined ? `key: ${key}` : `user: ${basic}\npassword: ${key}`);
    say(`It is for ${label} of ${tenant}, and is not shown again.`);
  });

program
  .command('list')
  .description('shows every key by the beginning of its hash')
  .option('--tenant <tenant>', 'of this tenant alone')
  .action(({ tenant }: { readonly tenant?: string }) => {
    const keys = listKeys(read(fileName()), Date.now()).filter((key) => tenant === undefined || key.tenant === tenant);
    const head = ['ID', 'TENANT', 'LABEL', 'KIND', 'STATE', 'EXPIRES', 'NOTE'];
    const rows = keys.map((key) => [key.id, key.tenant, key.label, key.scheme, key.state, key.expiresAt, key.note]);
    const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
    for (const row of [head, ...rows])
      say(
        row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd(),
      );
  });

program
  .command('revoke')
  .description('ends a key, at once or after a time')
  .argument('<id>', 'as `list` shows it')
  .option('--in <span>', 'like 7d: until then both keys hold')
  .action((id: string, options: { readonly in?: string }) => {
    edit((text) => {
      const ending = withKeyEnding(text, id, timeFrom(options.in ?? '0m', Date.now()));
      say(`${ending.key.label} of ${ending.key.tenant}: this key holds until ${ending.key.expiresAt}`);
      return ending.text;
    });
  });

try {
  program.parse();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function fileName(): string {
  return program.opts<{ file?: string }>().file ?? process.env['GATEWAY_SENSORS_FILE'] ?? LOCAL_FILE;
}

function read(path: string): string {
  if (!existsSync(path)) throw new Error(`there is no ${path}: name the file with --file, or make it with \`add\``);
  return readFileSync(path, 'utf8');
}

/** Renames a complete file into its place: a gateway that reads meanwhile sees the old one or the new one. */
function edit(change: (text: string) => string): void {
  const path = fileName();
  const isThere = existsSync(path);
  const text = change(isThere ? readFileSync(path, 'utf8') : '');
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: isThere ? statSync(path).mode : 0o600 });
  renameSync(temporary, path);
}
