"use client";
/**
 * Marks in the gutter what flows into the cell one is in, and what it flows into. On the page itself: with hundreds of cells
 * that would otherwise all be drawn again with each step.
 */
import { useEffect } from "react";
import type { Task } from "@/pipelines/compile/dag";
import { findRelatives } from "../../_graph/find-relatives";

export function useReferenceMarks(tasks: readonly Task[], selected: string | undefined): void {
  useEffect(() => {
    if (selected === undefined) return;
    // After what one has just done is to be seen.
    const timer = setTimeout(() => {
      const { upstream, downstream } = findRelatives(tasks, selected);
      for (const task of tasks) {
        const flow = upstream.has(task.key) ? "in" : downstream.has(task.key) ? "out" : undefined;
        if (flow) document.querySelector(`[data-cell="${CSS.escape(task.cell)}"]`)?.setAttribute("data-flow", flow);
      }
    });
    return () => {
      clearTimeout(timer);
      for (const element of document.querySelectorAll("[data-flow]")) element.removeAttribute("data-flow");
    };
  }, [tasks, selected]);
}
