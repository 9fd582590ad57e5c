"use client";
import dynamic from "next/dynamic";

export const LazyPackagesTab = dynamic(() => import("./packages-tab").then((module) => module.PackagesTab), { ssr: false });
