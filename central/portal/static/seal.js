// Checks the evidence's seals in this browser: what was sent is what the camera's node and the centre signed.
// Nothing is asked of the server but the files themselves, the signed words and the public keys.

const status = document.querySelector("#seal-status");
const button = document.querySelector("#seal-check");
const words = status?.dataset ?? {};

button?.addEventListener("click", async () => {
  button.disabled = true;
  tell("", words.running);
  try {
    const count = await checkAll(await (await fetched(button.dataset.seals)).json());
    tell("good", words.good.replace("{n}", count));
  } catch (problem) {
    const known = problem instanceof SealError || problem instanceof NoEd25519;
    tell(problem instanceof NoEd25519 ? "warn" : "bad", known ? words[problem.code].replace("{name}", problem.file) : words.failed);
  }
  button.disabled = false;
});

class SealError extends Error {
  constructor(code, file = "") {
    super(code);
    this.code = code;
    this.file = file;
  }
}

class NoEd25519 extends SealError {
  constructor() {
    super("unable");
  }
}

async function checkAll(seals) {
  const manifest = await signed(seals.manifest, seals.node_key, "manifest");
  const originals = new Map(manifest.files.map((file) => [file.name, file.sha256]));
  const manifestHash = await sha256(payload(seals.manifest));
  for (const file of seals.files) {
    const statement = await signed(file.statement, file.centre_key, file.name);
    const content = await (await fetched(file.url)).arrayBuffer();
    const fits = statement.masked === (await sha256(content)) && statement.name === file.name
      && statement.original === originals.get(file.name) && statement.manifest === manifestHash;
    if (!fits) throw new SealError("altered", file.name);
  }
  return seals.files.length;
}

async function signed(token, key, name) {
  const [head, body, signature] = token.split(".");
  const imported = await publicKey(key);
  const right = await crypto.subtle.verify("Ed25519", imported, bytes(signature), new TextEncoder().encode(`${head}.${body}`));
  if (!right) throw new SealError("forged", name);
  return JSON.parse(new TextDecoder().decode(bytes(body)));
}

async function publicKey(text) {
  if (!globalThis.crypto?.subtle) throw new NoEd25519();
  try {
    return await crypto.subtle.importKey("raw", bytes(text), "Ed25519", false, ["verify"]);
  } catch {
    throw new NoEd25519();
  }
}

function payload(token) {
  return bytes(token.split(".")[1]);
}

function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

async function sha256(content) {
  const digest = await crypto.subtle.digest("SHA-256", content);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

function tell(kind, text) {
  status.className = `told ${kind}`;
  status.textContent = text;
  status.hidden = false;
}
