"use client";
/** The graph's libraries come after the page. */
import dynamic from "next/dynamic";
import { Skeleton } from "../_ui/notice";

export const LazyTaskGraph = dynamic(() => import("./task-graph").then((module) => module.TaskGraph), {
  ssr: false,
  loading: () => <Skeleton height="100%" style={{ minHeight: 160, opacity: 0.5 }} />,
});
