/** @type {import("next").NextConfig} */
export default {
  reactStrictMode: true,
  poweredByHeader: false,
  turbopack: { root: import.meta.dirname },
  serverExternalPackages: ["pg", "dockerode", "ssh2", "cpu-features", "@node-rs/argon2", "amaro", "esbuild"],
  allowedDevOrigins: ["127.0.0.1"],
};
