// complete-lock.mjs [--check] LOCK...: adds to an npm lock file the optional packages of other platforms that it lacks.
//
// A registry that does not serve a platform's package makes `npm install` leave it out of the lock file, and npm 11
// then refuses `npm ci` with "Missing: … from lock file". The names and versions are those that the lock file itself
// gives as optionalDependencies; the platform is read from the name. Run it after `npm install`; --check only tells.
import { readFileSync, writeFileSync } from "node:fs";

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/** The lock entry of an optional package, its platform taken from its name, keys in npm's order. */
function entry(name, version, dev) {
  const words = name.split("/").pop().split("-");
  const cpu = words.find((word) => processors.includes(word));
  const os = words.find((word) => systems.includes(word));
  const last = words.at(-1);
  const libc = last.startsWith("musl") ? "musl" : last.startsWith("gnu") && os === "linux" ? "glibc" : undefined;
  return {
    version,
    ...(cpu && { cpu: [cpu] }),
    ...(dev && { dev }),
    ...(libc && { libc: [libc] }),
    optional: true,
    ...(os && { os: [os] }),
  };
}

const check = process.argv.includes("--check");
let incomplete = false;
for (const file of process.argv.slice(2).filter((argument) => !argument.startsWith("--"))) {
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const missing = [];
  for (const [where, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (lock.packages[`node_modules/${name}`] ?? lock.packages[`${where}/node_modules/${name}`]) continue;
      if (!/^\d/.test(version)) throw new Error(`${file}: ${where} wants ${name} ${version}, which is no exact version`);
      missing.push(name);
      lock.packages[`node_modules/${name}`] = entry(name, version, dev);
    }
  }
  if (missing.length === 0) continue;
  incomplete = true;
  if (check) {
    console.error(`${file} lacks ${missing.length} optional packages; run: node deploy/scripts/complete-lock.mjs ${file}`);
    continue;
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${file}: added ${missing.length} optional packages of other platforms`);
}
process.exit(check && incomplete ? 1 : 0);
