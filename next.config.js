/** @type {import("next").NextConfig} */
export default {
  reactStrictMode: true,
  poweredByHeader: false,
  // Types are checked by `npm run check`; a newcomer waiting for the first start need not wait for them.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
  serverExternalPackages: ["pg", "dockerode", "ssh2", "cpu-features", "@node-rs/argon2", "amaro", "esbuild"],
  // A page is loaded when somebody first opens it, not at the start.
  experimental: { preloadEntriesOnStart: false },
  allowedDevOrigins: ["127.0.0.1"],
  // `npm run dev` only: behind a server of one's own its words do not arrive in order, and a navigation waits for them for ever.
  experimental: { reactDebugChannel: false },
};
