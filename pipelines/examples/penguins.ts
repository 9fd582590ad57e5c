// ---
// title: Penguins
// description: Tell three species apart by their measurements, and let many candidates compete for it.
// ---

// %% [markdown]
// # Penguins
//
// Adelie, Chinstrap or Gentoo? Researchers at Palmer Station measured 344 penguins. Here several models compete to tell
// the species from beak, flipper and weight; the best becomes the champion, and is then judged by penguins that no
// candidate has seen.

// %% Parameters [params]
import { param } from "heddle";

const hiddenUnits = param([2, 8, 32], { title: "Hidden units to try" });
const learningRates = param([0.03, 0.3, 1], { title: "Learning rates to try" });
const epochs = param(200, { min: 10, max: 5000, integer: true, title: "Epochs" });
const tryNeighbours = param(true, { title: "Try nearest neighbours too" });
const testShare = param(0.25, {
  min: 0.05,
  max: 0.5,
  title: "Share kept for the final test",
});
const seed = param(11, { min: 0, integer: true, title: "Seed" });

// %% Load the penguins
import { dataset, table } from "heddle";

interface FieldNote {
  Species: Species;
  Island: string;
  "Beak Length (mm)": number | null;
  "Beak Depth (mm)": number | null;
  "Flipper Length (mm)": number | null;
  "Body Mass (g)": number | null;
  Sex: string | null;
}

type Species = "Adelie" | "Chinstrap" | "Gentoo";

/** Millimetres and grams. */
type Penguin = {
  species: Species;
  beakLength: number;
  beakDepth: number;
  flipperLength: number;
  bodyMass: number;
};

const notes = await dataset("penguins.json").json<FieldNote[]>();
const penguins = notes.flatMap((note): Penguin[] => {
  const beakLength = note["Beak Length (mm)"];
  const beakDepth = note["Beak Depth (mm)"];
  const flipperLength = note["Flipper Length (mm)"];
  const bodyMass = note["Body Mass (g)"];
  if (
    beakLength === null ||
    beakDepth === null ||
    flipperLength === null ||
    bodyMass === null
  )
    return [];
  return [
    { species: note.Species, beakLength, beakDepth, flipperLength, bodyMass },
  ];
});
console.log(`${penguins.length} of ${notes.length} penguins were measured`);
table(penguins);

// %% Look at beaks
import { chart } from "heddle";

chart({
  mark: "scatter",
  title: "Two measurements of the beak nearly separate the species",
  x: { field: "beakLength", title: "Beak length (mm)" },
  y: { field: "beakDepth", title: "Beak depth (mm)" },
  series: "species",
  rows: penguins,
});

// %% [markdown]
// ## Keep some for the end
//
// Choosing among candidates is a kind of training: the winner is partly the lucky one. So a share of the penguins is put
// away now and looked at once, at the end. The others are dealt into five folds for the competition.

// %% Split
const deck = shuffle(penguins, seed);
const testCount = Math.round(deck.length * testShare);
const test = deck.slice(0, testCount);
const train = deck.slice(testCount);
const folds = Array.from({ length: 5 }, (_, index) => ({
  train: train.filter((_, position) => position % 5 !== index),
  test: train.filter((_, position) => position % 5 === index),
}));

// %% Measurements
const allSpecies = (): Species[] => ["Adelie", "Chinstrap", "Gentoo"];

/**
 * How the measurements of a set of penguins lie: taken from those that train, used
 * on all.
 */
interface Scale {
  means: number[];
  deviations: number[];
}

function measurements({
  beakLength,
  beakDepth,
  flipperLength,
  bodyMass,
}: Penguin): number[] {
  return [beakLength, beakDepth, flipperLength, bodyMass];
}

function measureScale(penguins: Penguin[]): Scale {
  const rows = penguins.map(measurements);
  const means = rows[0]!.map((_, column) =>
    average(rows.map((row) => row[column]!)),
  );
  const deviations = means.map((mean, column) =>
    Math.sqrt(average(rows.map((row) => (row[column]! - mean) ** 2))),
  );
  return { means, deviations };
}

function scaled(penguin: Penguin, { means, deviations }: Scale): number[] {
  return measurements(penguin).map(
    (value, column) => (value - means[column]!) / deviations[column]!,
  );
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The share of penguins whose species was named rightly. */
function accuracyOf(penguins: Penguin[], named: readonly Species[]): number {
  return average(
    penguins.map(({ species }, index) => (named[index] === species ? 1 : 0)),
  );
}

/**
 * Fisher and Yates, with a random number generator of our own: the same seed gives
 * the same order everywhere.
 */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  const shuffled = [...items];
  let state = seed;
  for (let last = shuffled.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}

// %% [markdown]
// ## The candidates
//
// A network with one hidden layer has two settings that nobody can know beforehand. The next cell but one says
// `each="units of hiddenUnits, rate of learningRates"`: it runs for every pair, nine times with the parameters above, and
// each run draws its own loss curve. Add a number to a list and run again: the nine come from the cache.

// %% Network
import { jit, nn, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";

type Weights = {
  hidden: np.Array;
  hiddenBias: np.Array;
  output: np.Array;
  outputBias: np.Array;
};

function forward(weights: Weights, x: np.Array): np.Array {
  const hidden = np.tanh(np.matmul(x, weights.hidden).add(weights.hiddenBias));
  return np.matmul(hidden, weights.output).add(weights.outputBias);
}

/**
 * Minus the mean logarithm of the chance that the network gave to the right
 * species.
 */
function crossEntropy(weights: Weights, x: np.Array, y: np.Array): np.Array {
  return nn.logSoftmax(forward(weights, x)).mul(y).sum(1).mean().mul(-1);
}

/**
 * A network in training: `step` goes down the slope once and gives the loss
 * before, `name` says the species.
 */
class Classifier {
  readonly scale: Scale;
  private weights: Weights;
  private readonly x: np.Array;
  private readonly y: np.Array;
  private readonly compiled: ReturnType<typeof compile>;

  constructor(
    train: Penguin[],
    units: number,
    seed: number,
    compiled: ReturnType<typeof compile>,
  ) {
    this.compiled = compiled;
    this.scale = measureScale(train);
    this.x = np.array(train.map((penguin) => scaled(penguin, this.scale)));
    this.y = np.array(
      train.map(({ species }) =>
        allSpecies().map((one) => (one === species ? 1 : 0)),
      ),
    );
    this.weights = {
      hidden: random.normal(random.key(seed), [4, units]).mul(0.5),
      hiddenBias: np.zeros([units]),
      output: random
        .normal(random.key(seed + 1), [units, 3])
        .mul(Math.sqrt(1 / units)),
      outputBias: np.zeros([3]),
    };
  }

  step(rate: number): number {
    const { loss, weights } = this.compiled.descend(
      this.weights,
      np.array(rate),
      this.x.ref,
      this.y.ref,
    );
    this.weights = weights;
    return loss.js();
  }

  name(penguins: Penguin[]): Species[] {
    const x = np.array(penguins.map((penguin) => scaled(penguin, this.scale)));
    const best: number[] = this.compiled.choose(tree.ref(this.weights), x).js();
    return best.map((index) => allSpecies()[index]!);
  }
}

/**
 * `jit` turns a function into one WebAssembly kernel per shape of its arrays; the
 * networks of a task share them.
 */
function compile() {
  const descend = jit(
    (weights: Weights, rate: np.Array, x: np.Array, y: np.Array) => {
      const [loss, slope] = valueAndGrad(crossEntropy)(tree.ref(weights), x, y);
      return {
        loss,
        weights: tree.map(
          (w: np.Array, g: np.Array) => w.sub(g.mul(rate.ref)),
          weights,
          slope,
        ),
      };
    },
  );
  const choose = jit((weights: Weights, x: np.Array) =>
    np.argmax(forward(weights, x), 1),
  );
  return { descend, choose };
}

// %% Train networks each="units of hiddenUnits, rate of learningRates" cpu=1 timeout=5m
import { metric, progress } from "heddle";

const _compiled = compile();
const _networks = folds.map(
  (fold) => new Classifier(fold.train, units, seed, _compiled),
);
const _accuracy = () =>
  average(
    folds.map((fold, index) =>
      accuracyOf(fold.test, _networks[index]!.name(fold.test)),
    ),
  );

for (let epoch = 1; epoch <= epochs; epoch++) {
  metric("loss", average(_networks.map((network) => network.step(rate))), {
    step: epoch,
  });
  if (epoch % 10 === 0) {
    metric("accuracy", _accuracy(), { step: epoch });
    progress(epoch, epochs);
  }
}
const networks: Candidate = {
  family: "network",
  units,
  rate,
  accuracy: _accuracy(),
};

// %% [markdown]
// The other family is older and simpler: ask the `k` nearest penguins, and believe the majority. `when` holds the cell back
// when its expression is false: the task is skipped, and takes no time.

// %% Ask the neighbours when=tryNeighbours
import { metric } from "heddle";

const neighbours = [1, 3, 5, 9, 15].map((k): Candidate => {
  const accuracy = average(
    folds.map((fold) =>
      accuracyOf(fold.test, nameByNeighbours(fold.test, fold.train, k)),
    ),
  );
  metric("accuracy", accuracy, { step: k });
  return { family: "neighbours", k, accuracy };
});

// %% Neighbours
type Candidate = { accuracy: number } & (
  | { family: "network"; units: number; rate: number }
  | { family: "neighbours"; k: number }
);

function describe(candidate: Candidate): string {
  if (candidate.family === "neighbours")
    return `the ${candidate.k} nearest neighbours`;
  return `a network of ${candidate.units} hidden units, trained at a rate of ${candidate.rate}`;
}

function nameByNeighbours(
  penguins: Penguin[],
  known: Penguin[],
  k: number,
): Species[] {
  const scale = measureScale(known);
  const places = known.map((penguin) => ({
    species: penguin.species,
    at: scaled(penguin, scale),
  }));
  return penguins.map((penguin) => {
    const here = scaled(penguin, scale);
    const nearest = places
      .map(({ species, at }) => ({
        species,
        distance: at.reduce((sum, value, i) => sum + (value - here[i]!) ** 2, 0),
      }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, k);
    const votes = (species: Species) =>
      nearest.filter((one) => one.species === species).length;
    return allSpecies().reduce((best, species) =>
      votes(species) > votes(best) ? species : best,
    );
  });
}

// %% [markdown]
// ## The champion
//
// A cell that reads a skipped task's value is skipped as well, unless its `join` says otherwise. With `join=any` this one
// runs as soon as every task before it has ended and one of them succeeded; `neighbours` is `undefined` if they were not
// asked.

// %% Choose the champion join=any
import { table } from "heddle";

const ranking = [...(networks ?? []), ...(neighbours ?? [])].sort(
  (a, b) => b.accuracy - a.accuracy,
);
export const champion = ranking[0]!;
table(ranking);

// %% Test the champion
import { chart, metrics } from "heddle";

let _named: Species[];
if (champion.family === "network") {
  const network = new Classifier(train, champion.units, seed, compile());
  for (let epoch = 1; epoch <= epochs; epoch++) network.step(champion.rate);
  _named = network.name(test);
} else {
  _named = nameByNeighbours(test, train, champion.k);
}

const _commonest = allSpecies().reduce((best, species) => {
  const count = (one: Species) =>
    train.filter((penguin) => penguin.species === one).length;
  return count(species) > count(best) ? species : best;
});

export const accuracy = accuracyOf(test, _named);
export const baselineAccuracy = accuracyOf(
  test,
  test.map(() => _commonest),
);
metrics({ accuracy, baselineAccuracy });

export const confusion = allSpecies().flatMap((actual) =>
  allSpecies().map((named) => ({
    actual,
    named,
    penguins: test.filter(
      (penguin, index) => penguin.species === actual && _named[index] === named,
    ).length,
  })),
);

chart({
  mark: "heatmap",
  title: `The champion and ${test.length} unseen penguins`,
  x: { field: "named", title: "Named", scale: "category" },
  y: { field: "actual", title: "Actual", scale: "category" },
  value: "penguins",
  rows: confusion,
});

// %% [markdown]
// ## At the end
//
// A cell with `on=exit` runs when all others have ended, however they ended. It reads what there is: a value whose task
// failed or was skipped is `undefined`. `on=failure` would be the place to tell somebody.

// %% Sum up on=exit
import { log, markdown, run } from "heddle";

log.info(`Run ${run.id} has ended`);
const _percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const _verdict =
  accuracy === undefined
    ? "No champion this time: the failed task says why."
    : `The champion is **${describe(champion)}**, right about ${_percent(accuracy)} of the penguins it had
not seen. Always naming the commonest species would be right about ${_percent(baselineAccuracy)}.`;
markdown(_verdict);
