import { expect, test } from 'vitest';
import { configurationDocument } from './configuration-document.ts';
import { problemDocument } from './problems.ts';
import { acceptedContexts, acceptsDataVersion, versionOfIri } from './versions.ts';

const V1P1 = 'http://purl.imsglobal.org/ctx/caliper/v1p1';

test('a problem document says what and where, by RFC 9457', () => {
  expect(problemDocument('not_json', 'at 3', 'r-1')).toEqual({
    type: 'docs/errors.md#not_json',
    title: 'The body is no JSON document.',
    status: 400,
    code: 'not_json',
    detail: 'at 3',
    instance: 'urn:request:r-1',
  });
});

test.each([
  ['http://purl.imsglobal.org/ctx/caliper/v1/Context', '1.0'],
  [V1P1, '1.1'],
  ['https://purl.imsglobal.org/ctx/caliper/v1p1/ToolUseProfile-extension', '1.1'],
  ['http://purl.imsglobal.org/ctx/caliper/v1p2/', '1.2'],
  ['http://purl.imsglobal.org/ctx/caliper/v2', '2.0'],
  ['http://example.org/other', ''],
  ['', ''],
])('%s is of version %j', (iri, version) => {
  expect(versionOfIri(iri)).toBe(version);
});

test('a sensor sends the versions that are accepted of it; what says none is not decided by the envelope', () => {
  const modern = { versions: new Set(['1.1', '1.2']) };
  expect(acceptsDataVersion(modern, V1P1)).toBe(true);
  expect(acceptsDataVersion(modern, 'http://purl.imsglobal.org/ctx/caliper/v1/Context')).toBe(false);
  expect(acceptsDataVersion(modern, '')).toBe(true);
  expect(acceptsDataVersion({ versions: null }, V1P1)).toBe(true);
  expect(acceptedContexts(modern).every((iri) => !iri.includes('/v1/'))).toBe(true);
  expect(acceptedContexts({ versions: null })).toContain('http://purl.imsglobal.org/ctx/caliper/v1/Context');
});

test('the configuration document is spelled as its sensor reads it, and holds nothing else', () => {
  const options = { maxBodyBytes: 5 * 1024 * 1024, productVersion: '0.1.0' };
  const document = configurationDocument({ versions: new Set(['1.0']), configurationKeys: 'camelCase' }, options);
  expect(document).toEqual({
    caliperSupportedVersions: ['http://purl.imsglobal.org/ctx/caliper/v1/Context'],
    caliperMaximumPayloadSize: 5120,
    caliperSupportedExtensions: { endpointName: 'caliper-pipeline', endpointVersion: '0.1.0' },
  });
  const snake = configurationDocument({ versions: null, configurationKeys: 'snake_case' }, options);
  expect(Object.keys(snake)).toEqual([
    'caliper_supported_versions',
    'caliper_maximum_payload_size',
    'caliper_supported_extensions',
  ]);
});
