import { allSubjects } from '../src/subjects.ts';

/** Prints the schemas of this release for `released/VERSION.json` (CONTRIBUTING.md, "A release"). */
const schemas = Object.fromEntries(allSubjects.map(({ subject, schema }) => [subject, schema]));
console.log(JSON.stringify(schemas, null, 1));
