/**
 * `heddle`: the command line. Each command is a module, loaded when it is asked for; this file names them and their options.
 * Neighbours: compile.ts, format.ts, run.ts (here, with everything embedded), run-on-server.ts,
 * sign-in-link.ts, gc.ts.
 */
import { Command, InvalidArgumentError } from "commander";

/** Resolves with the exit code set: 0 well, 1 the notebook failed or has errors, 2 bad usage. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("heddle")
    .description("The notebook you edit is the pipeline that runs.")
    .version("0.1.0")
    .exitOverride((error) => {
      throw new CommandEnded(error.exitCode === 0 ? 0 : 2);
    });

  program
    .command("compile")
    .description("Compile a notebook to its tasks and print them, with every error and warning.")
    .argument("<file>", "a notebook: a TypeScript file with // %% cells")
    .option("--json", "print one JSON object")
    .action(async (file: string, options: { json?: true }) => {
      const { compileFile } = await import("./compile");
      process.exitCode = await compileFile(file, { json: options.json ?? false });
    });

  program
    .command("run")
    .description("Run a notebook to its end: here, with everything embedded, or on a Heddle server.")
    .argument("<file>", "a notebook: a TypeScript file with // %% cells")
    .option("-p, --param <name=value>", "set a parameter (repeat for more); the value is JSON, or else text", collect, [])
    .option("--data <dir>", "folder that cells read with dataset(…) (default: data/ beside the notebook)")
    .option("--executor <kind>", "docker or process (default: docker when an engine answers)", oneOf("docker", "process"))
    .option("--no-cache", "run every task, whatever is stored")
    .option("--server <url>", "run on this Heddle server instead of here")
    .option("--token <token>", "API token for --server (default: the variable HEDDLE_TOKEN)")
    .option("--json", "print one JSON object at the end, and nothing else")
    .action(async (file: string, options: RunFlags) => {
      const { runFile } = await import("./run");
      process.exitCode = await runFile(file, {
        assignments: options.param,
        data: options.data,
        executor: options.executor,
        cache: options.cache ? "use" : "off",
        server: options.server === undefined ? undefined : { url: options.server, token: options.token ?? process.env.HEDDLE_TOKEN },
        json: options.json ?? false,
      });
    });

  program
    .command("fmt")
    .description("Write a notebook the way Heddle writes it: cell headers and line endings; your code stays as it is.")
    .argument("<file>", "a notebook: a TypeScript file with // %% cells")
    .option("--check", "change nothing; exit 1 when the file would change")
    .action(async (file: string, options: { check?: true }) => {
      const { formatFile } = await import("./format");
      process.exitCode = await formatFile(file, { check: options.check ?? false });
    });

  program
    .command("sign-in-link")
    .description("Print a one-time link that signs the owner in, on the machine that Heddle runs on.")
    .option("--email <address>", "another member than the owner")
    .action(async ({ email }: { email?: string }) => {
      const { printSignInLink } = await import("./sign-in-link");
      process.exitCode = await printSignInLink(email);
    });

  program
    .command("gc")
    .description("Remove runs beyond the retention and stored values that nothing needs, on the machine that Heddle runs on.")
    .option("--dry-run", "change nothing; say what would go")
    .action(async ({ dryRun }: { dryRun?: true }) => {
      const { collect } = await import("./gc");
      process.exitCode = await collect({ dryRun: dryRun ?? false });
    });

  try {
    await program.parseAsync(argv as string[]);
  } catch (error) {
    if (!(error instanceof CommandEnded)) throw error;
    process.exitCode = error.code;
  }
}

interface RunFlags {
  readonly param: readonly string[];
  readonly data?: string;
  readonly executor?: "docker" | "process";
  readonly cache: boolean;
  readonly server?: string;
  readonly token?: string;
  readonly json?: true;
}

class CommandEnded extends Error {
  constructor(readonly code: number) {
    super();
  }
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function oneOf<T extends string>(...choices: readonly T[]) {
  return (value: string): T => {
    if (!(choices as readonly string[]).includes(value)) throw new InvalidArgumentError(`It is one of: ${choices.join(", ")}.`);
    return value as T;
  };
}
