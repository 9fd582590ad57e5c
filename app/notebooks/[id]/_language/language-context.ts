"use client";
/** Who knows the types of a cell's text. Changes only when somebody begins or ceases to know. */
import { createContext } from "react";
import type { CodeIntelligence } from "../../../_code/code-intelligence";

export interface LanguageOfCells {
  readonly intelligenceOf: ((cellId: string) => CodeIntelligence) | undefined;
  /** Implied types are shown in the text. */
  readonly inlay: boolean;
}

export const LanguageContext = createContext<LanguageOfCells>({ intelligenceOf: undefined, inlay: false });
