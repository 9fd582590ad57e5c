"use client";
/** Leads from a cell's table to a chart of it, and from a chart that the builder wrote back to its choices. */
import { ChartColumn } from "lucide-react";
import { use, useMemo } from "react";
import type { Cell } from "@/pipelines/notebook/notebook";
import { Button } from "../../../_ui/button";
import { readChart } from "./chart-code";
import { KnownTablesContext } from "./known-tables";

export function ChartButton({ cell, outputs }: { readonly cell: Cell; readonly outputs: readonly { readonly name: string }[] }) {
  const known = use(KnownTablesContext);
  const isChart = useMemo(() => cell.source.length < 4000 && readChart(cell.source) !== undefined, [cell.source]);
  const table = known?.tables().find((each) => each.cell === cell.id && outputs.some(({ name }) => name === each.name));
  if (!known || (!isChart && !table)) return null;
  return (
    <Button
      small
      look="quiet"
      onClick={() => known.chart(isChart ? { cell: cell.id, source: cell.source } : { table: table!.name, after: cell.id })}
    >
      <ChartColumn size={12} /> {isChart ? "Edit chart" : "Chart"}
    </Button>
  );
}
