/**
 * The files the examples read: real data sets, as vega-datasets publishes them in the environment's packages
 * (environment/package.json). Nothing is made here; they are copied once into the folder that containers see as `data/`.
 */
import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import path from "node:path";

/** The npm package of the environment that ships the files, and where in it they are. */
export const exampleDataPackage = { name: "vega-datasets", folder: "data" } as const;

/** What each file is, for the data page and the seed: rows as published, before any cleaning. */
export const exampleData = [
  { file: "cars.json", title: "Cars", description: "Data sheets of 406 cars, 1970 to 1982 (StatLib)." },
  { file: "penguins.json", title: "Penguins", description: "344 penguins of the Palmer Archipelago (LTER, CC0)." },
  {
    file: "flights-3m.parquet",
    title: "Flights",
    description: "Three million flights in the United States, first half of 2001 (Bureau of Transportation Statistics).",
  },
] as const;

/**
 * Copies what is missing from the environment's packages into a data folder, and gives the names it copied. A file that
 * is already there is the owner's and stays. Each copy appears whole: a reader never sees half a file.
 *
 * @param environment the folder that holds `node_modules`
 * @param folder a workspace's data folder; made when it does not exist
 */
export async function seedExampleData(environment: string, folder: string): Promise<string[]> {
  const source = path.join(environment, "node_modules", exampleDataPackage.name, exampleDataPackage.folder);
  await mkdir(folder, { recursive: true });
  const copied: string[] = [];
  for (const { file } of exampleData) {
    const target = path.join(folder, file);
    if (await exists(target)) continue;
    const draft = `${target}.${process.pid}.part`;
    await copyFile(path.join(source, file), draft);
    await rename(draft, target);
    copied.push(file);
  }
  return copied;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
