// ---
// title: Fuel economy
// description: Predict miles per gallon from a car's data sheet, with a line and with a small neural network.
// ---

// %% [markdown]
// # Fuel economy
//
// How far does a car get on a gallon? The data sheets of 400 cars from 1970 to 1982 say enough to answer within
// about two miles. This notebook fits a line and a small neural network, and tests both on cars they have not seen.
//
// Press **Run all**. Each cell of code becomes a task; the graph beside this page shows what waits for what. Heddle reads
// it off the code: a cell that uses `cars` runs after the cell that defines `cars`, wherever the two stand in the file.

// %% Parameters [params]
import { param } from "heddle";

const foldCount = param(5, { min: 2, max: 10, integer: true, title: "Folds" });
const hiddenUnits = param(24, {
  min: 1,
  max: 128,
  integer: true,
  title: "Hidden units",
});
const epochs = param(300, { min: 10, max: 5000, integer: true, title: "Epochs" });
const learningRate = param(0.02, { min: 0.0001, max: 1, title: "Learning rate" });
const seed = param(7, {
  min: 0,
  integer: true,
  title: "Seed",
  description: "Shuffles the cars and starts the network.",
});

// %% [markdown]
// ## The data
//
// `dataset` reads a file of the workspace's data folder. Eight cars lack the figure we want to predict and six lack their
// horsepower: we leave them out. The last line of a cell is an expression, and its value is shown below the cell.

// %% Load the cars
import { dataset, table } from "heddle";

interface DataSheet {
  Name: string;
  Miles_per_Gallon: number | null;
  Cylinders: number;
  Displacement: number;
  Horsepower: number | null;
  Weight_in_lbs: number;
  Acceleration: number;
  /** January the first of the model year. */
  Year: string;
  Origin: "USA" | "Europe" | "Japan";
}

type Car = {
  name: string;
  origin: DataSheet["Origin"];
  year: number;
  cylinders: number;
  /** Cubic inches. */
  displacement: number;
  horsepower: number;
  /** Pounds. */
  weight: number;
  /** Seconds from 0 to 60 miles per hour. */
  acceleration: number;
  milesPerGallon: number;
};

const sheets = await dataset("cars.json").json<DataSheet[]>();
const cars = sheets.flatMap((sheet): Car[] => {
  if (sheet.Miles_per_Gallon === null || sheet.Horsepower === null) return [];
  return [
    {
      name: sheet.Name,
      origin: sheet.Origin,
      year: Number(sheet.Year.slice(0, 4)),
      cylinders: sheet.Cylinders,
      displacement: sheet.Displacement,
      horsepower: sheet.Horsepower,
      weight: sheet.Weight_in_lbs,
      acceleration: sheet.Acceleration,
      milesPerGallon: sheet.Miles_per_Gallon,
    },
  ];
});
console.log(`${cars.length} of ${sheets.length} cars have all the figures`);
table(cars);

// %% Look at weight
import { chart } from "heddle";

chart({
  mark: "scatter",
  title: "Heavy cars burn more, and the curve is not a straight line",
  x: { field: "weight", title: "Weight (lb)" },
  y: { field: "milesPerGallon", title: "Miles per gallon" },
  series: "origin",
  rows: cars,
});

// %% [markdown]
// ## A fair test
//
// A model is judged by cars it has not seen. We deal the cars into folds; each fold is the test once, while the
// others train. A cell with `each="fold of folds"` runs once per fold, and the runs stand side by side. Whoever reads its
// values gets a list, in the order of the folds.

// %% Deal the folds
interface Fold {
  train: Car[];
  test: Car[];
}

const deck = shuffle(cars, seed);
const folds = Array.from({ length: foldCount }, (_, index): Fold => ({
  train: deck.filter((_, position) => position % foldCount !== index),
  test: deck.filter((_, position) => position % foldCount === index),
}));

// %% Guess the mean each="fold of folds"
const meanOfTrain = average(fold.train.map((car) => car.milesPerGallon));
const meanError = average(
  fold.test.map((car) => Math.abs(car.milesPerGallon - meanOfTrain)),
);

// %% [markdown]
// ## Two models
//
// Both read the same eight numbers per car, scaled to mean 0 and deviation 1. The scale comes from the training cars
// alone: nothing of the test may leak into it.
//
// The next cell holds functions and types only, so it is no task. Each task that calls them takes a copy along, and
// changing one re-runs just the cells that use it.

// %% Features
interface Scale {
  means: number[];
  deviations: number[];
}

const figureNames = () => [
  "Cylinders",
  "Displacement",
  "Horsepower",
  "Weight",
  "Acceleration",
  "Year",
  "Europe",
  "Japan",
];

function figures(car: Car): number[] {
  const {
    cylinders,
    displacement,
    horsepower,
    weight,
    acceleration,
    year,
    origin,
  } = car;
  return [
    cylinders,
    displacement,
    horsepower,
    weight,
    acceleration,
    year,
    +(origin === "Europe"),
    +(origin === "Japan"),
  ];
}

function measureScale(cars: Car[]): Scale {
  const rows = cars.map(figures);
  const means = figureNames().map((_, column) =>
    average(rows.map((row) => row[column]!)),
  );
  const deviations = means.map(
    (mean, column) =>
      Math.sqrt(average(rows.map((row) => (row[column]! - mean) ** 2))) || 1,
  );
  return { means, deviations };
}

/**
 * One scaled row per car, row after row in one array, as the training library
 * wants it.
 */
function toMatrix(
  cars: Car[],
  { means, deviations }: Scale,
): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    cars.flatMap((car) =>
      figures(car).map((value, i) => (value - means[i]!) / deviations[i]!),
    ),
  );
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function absoluteError(cars: Car[], predictions: readonly number[]): number {
  return average(
    cars.map((car, index) => Math.abs(car.milesPerGallon - predictions[index]!)),
  );
}

/**
 * Fisher and Yates, with a random number generator of our own: the same seed gives
 * the same order everywhere.
 */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  const shuffled = [...items];
  const random = randomNumbers(seed);
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}

/** Mulberry32: numbers from 0 up to 1, evenly spread. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

// %% [markdown]
// The line comes from least squares in one step. [jax-js](https://jax-js.com) computes it in WebAssembly; it counts
// references instead of collecting garbage, so an array is used up by the function that it is handed to, and `x.ref`
// keeps it for one more use.

// %% Fit a line each="fold of folds"
import { numpy as np } from "@jax-js/jax";

const _scale = measureScale(fold.train);
const _center = average(fold.train.map((car) => car.milesPerGallon));
const _x = np
  .array(toMatrix(fold.train, _scale))
  .reshape([fold.train.length, figureNames().length]);
const _y = np.array(fold.train.map((car) => [car.milesPerGallon - _center]));
const slopes: number[] = np.linalg.lstsq(_x, _y).flatten().js();

const linePredictions = fold.test.map((car) => {
  const row = toMatrix([car], _scale);
  return slopes.reduce((sum, slope, i) => sum + slope * row[i]!, _center);
});
const lineError = absoluteError(fold.test, linePredictions);

// %% [markdown]
// The network has one hidden layer. `valueAndGrad` turns the loss into a function that gives the loss and its slope, `jit`
// compiles one step of Adam, and `metric` reports where training is: open the task while it runs to watch the curve.

// %% Network
import { jit, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";

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

function squaredError(weights: Weights, x: np.Array, y: np.Array): np.Array {
  return np.square(forward(weights, x).sub(y)).mean();
}

function initialWeights(inputs: number, hidden: number, seed: number): Weights {
  const [first, second] = random
    .split(random.key(seed), 2)
    .js()
    .map((key: number[]) => np.array(key, { dtype: np.uint32 }));
  return {
    hidden: random.normal(first, [inputs, hidden]).mul(Math.sqrt(1 / inputs)),
    hiddenBias: np.zeros([hidden]),
    output: random.normal(second, [hidden, 1]).mul(Math.sqrt(1 / hidden)),
    outputBias: np.zeros([1]),
  };
}

/** One step of Adam: the running mean of the slope, divided by its running spread. */
function compileStep() {
  return jit(
    (
      state: { weights: Weights; mean: Weights; spread: Weights },
      rate: np.Array,
      x: np.Array,
      y: np.Array,
    ) => {
      const [loss, slope] = valueAndGrad(squaredError)(
        tree.ref(state.weights),
        x,
        y,
      );
      const mean = tree.map(
        (m: np.Array, g: np.Array) => m.mul(0.9).add(g.mul(0.1)),
        state.mean,
        tree.ref(slope),
      );
      const spread = tree.map(
        (s: np.Array, g: np.Array) => s.mul(0.999).add(np.square(g).mul(0.001)),
        state.spread,
        slope,
      );
      const weights = tree.map(
        (w: np.Array, m: np.Array, s: np.Array) =>
          w.sub(m.mul(rate.ref).div(np.sqrt(s).add(1e-8))),
        state.weights,
        tree.ref(mean),
        tree.ref(spread),
      );
      return { loss, state: { weights, mean, spread } };
    },
  );
}

// %% Train a network each="fold of folds" cpu=1 memory=1GB timeout=5m
import { metric, progress } from "heddle";
import { jit, numpy as np, tree } from "@jax-js/jax";

const _scale = measureScale(fold.train);
const _center = average(fold.train.map((car) => car.milesPerGallon));
const _spread = Math.sqrt(
  average(fold.train.map((car) => (car.milesPerGallon - _center) ** 2)),
);
const _inputs = figureNames().length;

const _x = np
  .array(toMatrix(fold.train, _scale))
  .reshape([fold.train.length, _inputs]);
const _y = np.array(
  fold.train.map((car) => [(car.milesPerGallon - _center) / _spread]),
);
const _testX = np
  .array(toMatrix(fold.test, _scale))
  .reshape([fold.test.length, _inputs]);

const _weights = initialWeights(_inputs, hiddenUnits, seed);
const _zeros = () =>
  tree.map((weight: np.Array) => np.zerosLike(weight), tree.ref(_weights));
let _state = { weights: _weights, mean: _zeros(), spread: _zeros() };

const _forward = jit(forward);
const _predict = async () => {
  const scaled = await _forward(tree.ref(_state.weights), _testX.ref).data();
  return Array.from(scaled, (value) => _center + _spread * value);
};

const _step = compileStep();
for (let epoch = 1; epoch <= epochs; epoch++) {
  const rate = (learningRate * Math.sqrt(1 - 0.999 ** epoch)) / (1 - 0.9 ** epoch);
  const { loss, state } = _step(_state, np.array(rate), _x.ref, _y.ref);
  _state = state;
  metric("loss", loss.js(), { step: epoch });
  if (epoch % 10 === 0) {
    metric("test error", absoluteError(fold.test, await _predict()), {
      step: epoch,
    });
    progress(epoch, epochs);
  }
}

const networkPredictions = await _predict();
const networkError = absoluteError(fold.test, networkPredictions);

// %% [markdown]
// ## What came out
//
// `networkError`, `lineError` and `meanError` are numbers in the cells above and lists here, one number per fold.
// Names marked `export` are the outputs of the notebook: they stand on the run's page, and the API returns them.

// %% Report
import { chart, markdown, metrics } from "heddle";

export const meanAbsoluteError = average(networkError);
export const lineMeanAbsoluteError = average(lineError);
export const baselineMeanAbsoluteError = average(meanError);
metrics({ meanAbsoluteError, lineMeanAbsoluteError, baselineMeanAbsoluteError });

chart({
  mark: "scatter",
  title: "Predicted against actual, each car by the models that had not seen it",
  x: { field: "actual", title: "Actual miles per gallon" },
  y: { field: "predicted", title: "Predicted" },
  series: "model",
  rows: folds.flatMap(({ test }, index) =>
    test.flatMap((car, row) => [
      {
        model: "line",
        name: car.name,
        actual: car.milesPerGallon,
        predicted: linePredictions[index]![row]!,
      },
      {
        model: "network",
        name: car.name,
        actual: car.milesPerGallon,
        predicted: networkPredictions[index]![row]!,
      },
    ]),
  ),
});

chart({
  mark: "bar",
  title: "Mean absolute error by fold",
  x: { field: "fold", title: "Fold", scale: "category" },
  y: { field: "error", title: "Miles per gallon" },
  series: "model",
  rows: folds.flatMap((_, index) => [
    { fold: `${index + 1}`, model: "mean", error: meanError[index]! },
    { fold: `${index + 1}`, model: "line", error: lineError[index]! },
    { fold: `${index + 1}`, model: "network", error: networkError[index]! },
  ]),
});

chart({
  mark: "bar",
  title: "What the line pays attention to",
  x: { field: "figure", scale: "category" },
  y: { field: "slope", title: "Miles per gallon per standard deviation" },
  rows: figureNames().map((figure, column) => ({
    figure,
    slope: average(slopes.map((fold) => fold[column]!)),
  })),
});

markdown(`
| model | mean absolute error |
| --- | ---: |
| always the mean | ${baselineMeanAbsoluteError.toFixed(2)} mpg |
| line | ${lineMeanAbsoluteError.toFixed(2)} mpg |
| network, ${hiddenUnits} hidden units | ${meanAbsoluteError.toFixed(2)} mpg |
`);

// %% [markdown]
// **Try it:** set the epochs to 1000 and run again. The cars, the folds and the line come from the cache; only the
// network and the report run. Then compare the two runs: does the loss still fall while the test error rises?
