/** The parser's errors as sentences that say what to write instead. */

export interface ParserFault {
  /** The parser's own words, without the place. */
  readonly message: string;
  readonly reasonCode: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  /** Offset in the text. */
  readonly at: number;
}

type Details = ParserFault["details"];

const sentences: Readonly<Record<string, string | ((details: Details) => string)>> = {
  MissingSemicolon: "Two statements stand on one line here: put ; or a new line between them.",
  UnterminatedString: "This text is not closed: end it with the same quote, or write it in `backticks` if it spans lines.",
  UnterminatedTemplate: "This text in backticks is not closed: end it with `.",
  UnterminatedComment: "This comment is not closed: end it with */.",
  UnterminatedRegExp: "This reads as a regular expression that is not closed: end it with /. JSX has no place in a cell.",
  VarRedeclaration: ({ identifierName }) => `"${String(identifierName)}" is declared twice in this cell: rename one, or assign it instead.`,
  DeclarationMissingInitializer: ({ kind }) => `A ${String(kind)} needs a value: write = and the value, or let instead.`,
  InvalidLhs: "This cannot be assigned to: a name, a property or a pattern stands left of =. To compare, write ===.",
  UnexpectedKeyword: ({ keyword }) => `"${String(keyword)}" is a word of the language and cannot be a name: choose another one.`,
  UnexpectedReservedWord: ({ reservedWord }) =>
    `"${String(reservedWord)}" is a word of the language and cannot be a name: choose another one.`,
  AwaitNotInAsyncContext: "await works at the top of a cell and in async functions: write async before this function.",
  YieldNotInGeneratorFunction: "yield works in generators only: write function* for this function.",
  MissingClassName: "A class needs a name here: write class Name { … }.",
  MixingCoalesceWithLogical: "?? does not mix with || and && without parentheses: write (a ?? b) || c.",
  UnexpectedTokenUnaryExponentiation: "Say what the sign belongs to: write (-1) ** 2 or -(1 ** 2).",
  IllegalBreakContinue: "break and continue work in loops only: remove this, or wrap the code in a loop or a function.",
  StrictWith: "with is not allowed in modules: name the object's parts with const { a, b } = object.",
  StrictDelete: "A variable cannot be deleted, only a property: assign undefined instead.",
  StrictOctalLiteral: "A number does not start with 0: remove the 0, or write 0o17 for octal.",
};

export function explainSyntax({ message, reasonCode, details, at }: ParserFault, text: string): string {
  const sentence = reasonCode === undefined ? undefined : sentences[reasonCode];
  if (sentence !== undefined) return typeof sentence === "string" ? sentence : sentence(details);
  if (reasonCode === "UnexpectedToken") return explainToken(details["expected"], text, at);
  if (reasonCode === "InvalidOrUnexpectedToken" && typeof details["unexpected"] === "string") {
    const character = details["unexpected"];
    return `The character ${character} has no meaning here${/[“”„‘’«»]/.test(character) ? `: write straight quotes, " or '` : ": remove it"}.`;
  }
  return message;
}

function explainToken(expected: unknown, text: string, at: number): string {
  const wanted = typeof expected === "string" ? expected : undefined;
  if (text.slice(at).trim() === "") {
    return `The cell ends in the middle of a statement${wanted === undefined ? ": close what is open, or finish it" : `: it goes on with ${wanted}`}.`;
  }
  const found = /^(?:[\p{ID_Continue}$]+|=>|[-+*/%=!<>&|?]=+|\S)/u.exec(text.slice(at))?.[0] ?? "this";
  return wanted === undefined
    ? `"${found}" cannot stand here: something before it is missing or is not closed.`
    : `"${found}" cannot stand here: write ${wanted} before it, or instead of it.`;
}
