// Nodes as the server describes them in its OpenAPI document: what they are called, what goes in and what comes out.

/** One value, a list, or either. */
export type Cardinality = 'one' | 'many' | 'either';
export type FieldType = { name: string; cardinality: Cardinality };

export type InputTemplate = {
  name: string;
  title: string;
  description: string;
  type: FieldType;
  /** Whether a value may be typed in, connected, or both. */
  input: 'direct' | 'connection' | 'any';
  required: boolean;
  hidden: boolean;
  order: number;
  initial: unknown;
  options: readonly string[];
  optionLabels: Readonly<Record<string, string>>;
  multiline: boolean;
  minimum: number | null;
  maximum: number | null;
  multipleOf: number | null;
  modelTypes: readonly string[];
  modelBases: readonly string[];
};

export type OutputTemplate = { name: string; title: string; description: string; type: FieldType };

export type NodeTemplate = {
  type: string;
  title: string;
  description: string;
  category: string;
  tags: readonly string[];
  version: string;
  nodePack: string;
  useCache: boolean;
  inputs: Readonly<Record<string, InputTemplate>>;
  outputs: Readonly<Record<string, OutputTemplate>>;
};

type Json = Record<string, unknown>;

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

const INPUT_KINDS: ReadonlySet<unknown> = new Set(['input', 'internal']);

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'StringField',
  integer: 'IntegerField',
  number: 'FloatField',
  boolean: 'BooleanField',
};

/** The type of a field by its JSON schema; the server's own word for it (`ui_type`) goes first. */
export function fieldType(schema: Json): FieldType {
  const word = text(schema.ui_type);
  if (word === 'CollectionField') return { name: 'CollectionField', cardinality: 'many' };
  if (word !== '' && word !== 'IsIntermediate') return { name: word, cardinality: 'one' };
  const reference = text(schema.$ref);
  if (reference !== '') return { name: reference.split('/').at(-1) ?? reference, cardinality: 'one' };
  if (Array.isArray(schema.allOf) && schema.allOf.length > 0) return fieldType(object(schema.allOf[0]));
  const choices: unknown = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) {
    const members = choices.map(object).filter((member) => member.type !== 'null');
    const types = members.map(fieldType);
    const [first, second] = types;
    if (first && types.length === 1) return first;
    if (first && second && types.length === 2 && first.cardinality !== second.cardinality) {
      const one = first.cardinality === 'one' ? first : second;
      return { name: one.name, cardinality: 'either' };
    }
    return { name: 'AnyField', cardinality: 'one' };
  }
  if (Array.isArray(schema.enum) || schema.const !== undefined) return { name: 'EnumField', cardinality: 'one' };
  if (schema.type === 'array') return { name: fieldType(object(schema.items)).name, cardinality: 'many' };
  return { name: PRIMITIVES[text(schema.type)] ?? 'AnyField', cardinality: 'one' };
}

function optionsOf(schema: Json): string[] {
  if (Array.isArray(schema.enum)) return texts(schema.enum);
  const choices: unknown = schema.anyOf;
  return Array.isArray(choices) ? choices.flatMap((choice) => texts(object(choice).enum)) : [];
}

/** A field that is not given a title is called by its name in words. */
function titleOf(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

function input(name: string, schema: Json): InputTemplate {
  const kind = text(schema.input);
  return {
    name,
    title: text(schema.title) || titleOf(name),
    description: text(schema.description),
    type: fieldType(schema),
    input: kind === 'direct' || kind === 'connection' ? kind : 'any',
    required: schema.orig_required === true,
    hidden: schema.ui_hidden === true,
    order: number(schema.ui_order) ?? Number.MAX_SAFE_INTEGER,
    initial: schema.default ?? undefined,
    options: optionsOf(schema),
    optionLabels: Object.fromEntries(Object.entries(object(schema.ui_choice_labels)).map(([key, label]) => [key, text(label)])),
    multiline: schema.ui_component === 'textarea',
    minimum: number(schema.minimum) ?? number(schema.exclusiveMinimum),
    maximum: number(schema.maximum) ?? number(schema.exclusiveMaximum),
    multipleOf: number(schema.multipleOf),
    modelTypes: texts(schema.ui_model_type),
    modelBases: texts(schema.ui_model_base),
  };
}

/** Every node of the document, by its type. */
export function readTemplates(document: unknown): ReadonlyMap<string, NodeTemplate> {
  const schemas = object(object(object(document).components).schemas);
  const found = new Map<string, NodeTemplate>();
  for (const value of Object.values(schemas)) {
    const schema = object(value);
    if (schema.class !== 'invocation') continue;
    const properties = object(schema.properties);
    const type = text(object(properties.type).const) || text(object(properties.type).default);
    const output = object(schemas[text(object(schema.output).$ref).split('/').at(-1) ?? '']);
    const inputs = Object.entries(properties)
      .map(([name, property]) => [name, object(property)] as const)
      // Board and metadata are called internal, and are inputs all the same.
      .filter(([, property]) => INPUT_KINDS.has(property.field_kind) && property.ui_hidden !== true)
      .map(([name, property]) => input(name, property))
      .sort((a, b) => a.order - b.order);
    const outputs = Object.entries(object(output.properties))
      .map(([name, property]) => [name, object(property)] as const)
      .filter(([, property]) => property.field_kind === 'output' && property.ui_hidden !== true)
      .map(([name, property]): OutputTemplate => ({
        name,
        title: text(property.title) || titleOf(name),
        description: text(property.description),
        type: fieldType(property),
      }));
    found.set(type, {
      type,
      title: text(schema.title).replace(/Invocation$/, '') || type,
      description: text(schema.description),
      category: text(schema.category) || 'other',
      tags: texts(schema.tags),
      version: text(schema.version),
      nodePack: text(schema.node_pack) || 'invokeai',
      useCache: object(properties.use_cache).default !== false,
      inputs: Object.fromEntries(inputs.map((field) => [field.name, field])),
      outputs: Object.fromEntries(outputs.map((field) => [field.name, field])),
    });
  }
  return found;
}

/** Batch nodes are multiplied out by the page: each of their values becomes a run of its own. The field that holds the values. */
export const BATCH_FIELDS: Readonly<Record<string, string>> = {
  string_batch: 'strings',
  integer_batch: 'integers',
  float_batch: 'floats',
  image_batch: 'images',
};
