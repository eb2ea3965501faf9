import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ScalarType,
  type DescEnum,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescService,
} from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import { beforeAll, describe, expect, it } from 'vitest';

/** AutoKitteh's wire, as its own descriptors state it. */
interface Wire {
  readonly services: Record<string, Record<string, [request: string, response: string, kind: string]>>;
  readonly messages: Record<string, { number: number; name: string; type: string }[]>;
  readonly enums: Record<string, Record<string, number>>;
}

const root = join(import.meta.dirname, '../..');
const services: DescService[] = [];
const messages: DescMessage[] = [];
const enums: DescEnum[] = [];
const files: string[] = [];
let wire: Wire;

beforeAll(async () => {
  wire = JSON.parse(await readFile(join(root, 'test/data/wire.json'), 'utf8')) as Wire;
  for (const path of await listed(join(root, 'src/gen'), '_pb.ts')) {
    const generated = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    const file = Object.values(generated).find(isDescFile);
    if (file === undefined) throw new Error(`${path} exports no file descriptor`);
    files.push(`${file.name}.proto`);
    for (const type of nestedTypes(file)) {
      // The health protocol is gRPC's, not AutoKitteh's.
      if (!type.typeName.startsWith('autokitteh.')) continue;
      if (type.kind === 'message') messages.push(type);
      else if (type.kind === 'enum') enums.push(type);
      else if (type.kind === 'service') services.push(type);
    }
  }
});

describe('the wire of AutoKitteh', () => {
  it('The wire of AutoKitteh is generated from every file of proto/ and from nothing else', async () => {
    const sources = await listed(join(root, 'proto'), '.proto');
    expect(files.sort()).toEqual(sources.map((path) => path.slice(join(root, 'proto').length + 1)).sort());
    expect([services.length, messages.length, enums.length].every((count) => count > 0)).toBe(true);
  });

  it('The wire has the same services, methods, requests, responses and kinds of call as AutoKitteh', () => {
    const ours = services.map((service) => [
      service.typeName,
      Object.fromEntries(
        service.methods.map((method) => [
          method.name,
          [method.input.typeName, method.output.typeName, method.methodKind],
        ]),
      ),
    ]);
    expect(Object.fromEntries(ours)).toEqual(only(wire.services, services));
  });

  it('The wire has the same messages, field numbers, names and types as AutoKitteh', () => {
    const ours = messages.map((message) => [message.typeName, byNumber(message.fields.map(fieldOf))]);
    const theirs = Object.entries(only(wire.messages, messages)).map(([name, fields]) => [
      name,
      fields === undefined ? undefined : byNumber(fields),
    ]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  });

  it('The wire has the same enums and values as AutoKitteh', () => {
    const ours = enums.map((type) => [
      type.typeName,
      Object.fromEntries(type.values.map(({ name, number }) => [name, number])),
    ]);
    expect(Object.fromEntries(ours)).toEqual(only(wire.enums, enums));
  });

  it('Every field of the wire is plain: a oneof would change how a value with two kinds is read', () => {
    const grouped = messages.flatMap((message) => message.fields).filter((field) => field.oneof);
    expect(grouped.map(String)).toEqual([]);
  });
});

async function listed(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

function isDescFile(value: unknown): value is DescFile {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';
}

/** The reference's entries under our type names; undefined for a name that AutoKitteh does not have. */
function only<T>(all: Record<string, T>, types: { typeName: string }[]): Record<string, T | undefined> {
  return Object.fromEntries(types.map(({ typeName }) => [typeName, all[typeName]]));
}

function byNumber<T extends { number: number }>(fields: T[]): T[] {
  return fields.toSorted((a, b) => a.number - b.number);
}

function fieldOf(field: DescField): { number: number; name: string; type: string } {
  return { number: field.number, name: field.name, type: typeOf(field) };
}

function typeOf(field: DescField): string {
  switch (field.fieldKind) {
    case 'map':
      return `map<${scalar(field.mapKey)}, ${elementOf(field)}>`;
    case 'list':
      return `repeated ${elementOf(field)}`;
    case 'scalar':
      return scalar(field.scalar);
    case 'enum':
      return field.enum.typeName;
    case 'message':
      return field.message.typeName;
  }
}

function elementOf(field: DescField & { fieldKind: 'map' | 'list' }): string {
  const element = field.message ?? field.enum;
  if (element !== undefined) return element.typeName;
  return field.scalar === undefined ? '?' : scalar(field.scalar);
}

function scalar(type: ScalarType): string {
  return ScalarType[type].toLowerCase();
}
