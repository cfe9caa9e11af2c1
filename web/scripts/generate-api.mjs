// Writes src/api/schema.d.ts from the server's OpenAPI document, for the operations in scripts/operations.json only.
//
//   node scripts/generate-api.mjs [path/to/openapi.json] [--check]
//
// The document describes every node and every model family; this client needs neither one by one. So a union of many object
// schemas is replaced by what all its members have in common, and the rest of each object stays open.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const MANY = 8;
const MANY_WORDS = 32;
const args = process.argv.slice(2);
const source = args.find((argument) => !argument.startsWith('--'));
const input = source ?? fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));
const output = fileURLToPath(new URL('../src/api/schema.d.ts', import.meta.url));
const operations = JSON.parse(await readFile(new URL('./operations.json', import.meta.url), 'utf8'));

const document = JSON.parse(await readFile(input, 'utf8'));
const schemas = document.components.schemas;
const kept = new Map();

function resolve(schema) {
  return schema.$ref ? schemas[schema.$ref.split('/').at(-1)] : schema;
}

function merge(variants) {
  const constants = variants.flatMap((variant) => (variant.const !== undefined ? [variant.const] : (variant.enum ?? [])));
  if (constants.length > MANY_WORDS) return { type: 'string' };
  if (constants.length > 0) return { type: 'string', enum: [...new Set(constants)].sort() };
  const texts = new Map(
    variants.map((variant) => [JSON.stringify({ ...variant, description: undefined, default: undefined }), variant]),
  );
  return texts.size === 1 ? [...texts.values()][0] : {};
}

/** The object schema made of the properties that every member of a union has. */
function common(members) {
  const objects = members.map(resolve);
  const names = Object.keys(objects[0].properties ?? {}).filter((name) => objects.every((object) => object.properties?.[name]));
  const required = names.filter((name) => objects.every((object) => object.required?.includes(name)));
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, merge(objects.map((object) => object.properties[name]))])),
    required,
    additionalProperties: true,
  };
}

/** Copies a schema, shortens wide unions and remembers every schema it refers to. */
function trim(value) {
  if (Array.isArray(value)) return value.map(trim);
  if (value === null || typeof value !== 'object') return value;
  for (const key of ['oneOf', 'anyOf']) {
    if (
      Array.isArray(value[key]) &&
      value[key].length >= MANY &&
      value[key].every((member) => resolve(member).type === 'object')
    ) {
      return trim(common(value[key]));
    }
  }
  if (value.$ref) {
    const name = value.$ref.split('/').at(-1);
    if (!kept.has(name)) {
      kept.set(name, null);
      // The document names a few schemas that it does not write out; nothing is known about those.
      kept.set(name, trim(schemas[name] ?? { type: 'object' }));
    }
    return { $ref: value.$ref };
  }
  // A default beside a reference is written as `allOf` with a second, otherwise empty member.
  if (Array.isArray(value.allOf)) {
    const members = value.allOf.filter(
      (member) => !(member.type === 'object' && Object.keys(member).every((key) => key === 'type' || key === 'default')),
    );
    if (members.length === 1) return trim(members[0]);
  }
  // An object of which nothing is said may hold anything.
  const says = ['properties', 'additionalProperties', 'allOf', 'oneOf', 'anyOf'];
  if (value.type === 'object' && !says.some((key) => key in value)) return { type: 'object', additionalProperties: true };
  // A property may be called `description` as well; then its value is a schema, not a text.
  const prose = new Set(['title', 'description', 'summary']);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, part]) => key !== 'discriminator' && key !== 'examples' && !(prose.has(key) && typeof part === 'string'))
      .map(([key, part]) => [key, trim(part)]),
  );
}

const paths = {};
for (const [path, methods] of Object.entries(operations)) {
  paths[path] = {};
  for (const method of methods) {
    const operation = document.paths[path]?.[method];
    if (!operation) throw new Error(`${input}: no operation ${method.toUpperCase()} ${path}`);
    const { operationId, parameters, requestBody, responses } = operation;
    paths[path][method] = trim({ operationId, parameters, requestBody, responses });
    for (const response of Object.values(paths[path][method].responses)) response.description = '';
  }
}

const trimmed = JSON.parse(
  JSON.stringify({
    openapi: document.openapi,
    info: { title: document.info.title, version: document.info.version },
    paths,
    components: { schemas: Object.fromEntries([...kept].sort(([a], [b]) => a.localeCompare(b))) },
  }),
);
const text = `${astToString(await openapiTS(trimmed, { defaultNonNullable: false, alphabetize: true }))}`;
const banner = '// Generated by `npm run generate-api` from docs/openapi.json; do not edit.\n\n';
if (args.includes('--check')) {
  if ((await readFile(output, 'utf8')) !== banner + text) {
    console.error('src/api/schema.d.ts is not what docs/openapi.json says: run `npm run generate-api`');
    process.exit(1);
  }
} else {
  await writeFile(output, banner + text);
  console.log(`src/api/schema.d.ts: ${Object.keys(paths).length} paths, ${kept.size} schemas`);
}
