async function main() {
  for (const name of process.argv.slice(2)) {
    const { run } = await import(`/work/wt/engine/bench/${name}.ts`);
    console.log(JSON.stringify(await run()));
  }
  process.exit(0);
}
void main();
