"use client";
import { CircleAlert, TriangleAlert } from "lucide-react";
import type { ShownDiagnostic } from "@/pipelines/language/shown-diagnostics";
import { Fragment } from "react";
import { classNames } from "../../../_ui/class-names";
import { MissingPackageButton } from "../_environment/missing-package-button";
import { useEditor } from "../editor-context";
import styles from "./cell.module.css";

/** They come and go while one writes, and hinder no run: the mark in the text says them. */
function isOfTypes({ code }: ShownDiagnostic): boolean {
  return code.startsWith("TS");
}

/** What is wrong with a cell, in words below its code; a click goes to the place. */
export function CellProblems({ diagnostics }: { readonly diagnostics: readonly ShownDiagnostic[] | undefined }) {
  const editor = useEditor();
  const errors = diagnostics?.filter((each) => (each.severity === "error" && !isOfTypes(each)) || each.place.in === "header") ?? [];
  if (errors.length === 0) return null;
  return (
    <div className={styles.problems} role="status">
      {errors.map((each, index) => (
        <Fragment key={index}>
          <button
            type="button"
            className={classNames(styles.problem, each.severity === "error" ? styles.error : styles.warning)}
            onClick={() => editor.jump(each.place.cell, ...(each.place.in === "source" ? [each.place.line, each.place.column] : []))}
          >
            {each.severity === "error" ? <CircleAlert size={14} /> : <TriangleAlert size={14} />}
            <span>{each.message}</span>
          </button>
          <MissingPackageButton message={each.message} />
        </Fragment>
      ))}
    </div>
  );
}
