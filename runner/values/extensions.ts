/** Values of libraries that travel as themselves. An extension wakes when a cell has imported its library. */
export interface Extension {
  /** Stands in the encoded bytes: never changed. */
  readonly name: string;
  readonly module: string;
  readonly matches: (value: object) => boolean;
  readonly encode: (value: object) => unknown;
  readonly decode: (payload: unknown) => unknown;
}

type ExtensionMaker = (library: Record<string, unknown>) => readonly Extension[];

const makers: Readonly<Record<string, ExtensionMaker>> = { "apache-arrow": arrowExtensions, "@jax-js/jax": jaxExtensions };

export class Extensions {
  private readonly active: Extension[] = [];
  private readonly loaded = new Set<string>();

  /** Called with every module of the environment that was imported. */
  learn(module: string, library: Record<string, unknown>): void {
    const maker = makers[module];
    if (!maker || this.loaded.has(module)) return;
    this.loaded.add(module);
    this.active.push(...maker(library));
  }

  find(value: object): Extension | undefined {
    for (const extension of this.active) if (extension.matches(value)) return extension;
    return undefined;
  }

  named(name: string): Extension | undefined {
    return this.active.find((extension) => extension.name === name);
  }
}

type AnyClass = abstract new (...args: never[]) => object;

function arrowExtensions(arrow: Record<string, unknown>): Extension[] {
  const Table = arrow.Table as AnyClass;
  const toIpc = arrow.tableToIPC as (table: unknown, type: "file") => Uint8Array;
  const fromIpc = arrow.tableFromIPC as (bytes: Uint8Array) => unknown;
  return [
    {
      name: "arrow-table",
      module: "apache-arrow",
      matches: (value) => value instanceof Table,
      encode: (value) => toIpc(value, "file"),
      decode: (payload) => fromIpc(payload as Uint8Array),
    },
  ];
}

interface JaxArray {
  readonly ref: JaxArray;
  readonly shape: number[];
  readonly dtype: string;
  dataSync(): ArrayBufferView;
}

function jaxExtensions(jax: Record<string, unknown>): Extension[] {
  const JaxArrayClass = jax.Array as AnyClass;
  const numpy = jax.numpy as { array(data: unknown, options: { shape: number[]; dtype: string }): unknown };
  return [
    {
      name: "jax-array",
      module: "@jax-js/jax",
      matches: (value) => value instanceof JaxArrayClass,
      encode: (value) => {
        const array = value as JaxArray;
        // Reading consumes an array unless a reference of one's own is taken first.
        return { shape: [...array.shape], dtype: String(array.dtype), data: array.ref.dataSync() };
      },
      decode: (payload) => {
        const { data, shape, dtype } = payload as { data: unknown; shape: number[]; dtype: string };
        return numpy.array(data, { shape, dtype });
      },
    },
  ];
}
