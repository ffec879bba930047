// Starts `lint-embed server` and connects it to the editor.
"use strict";

const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

function serverOptions() {
  const words = vscode.workspace.getConfiguration("lint-embed").get("command") || [];
  const [command, ...args] = words.length ? words : ["lint-embed", "server"];
  return { command, args, transport: TransportKind.stdio };
}

function clientOptions() {
  const settings = vscode.workspace.getConfiguration("lint-embed");
  return {
    documentSelector: [
      { language: "python", scheme: "file" },
      { language: "python", scheme: "untitled" },
      { language: "python", notebook: "jupyter-notebook" },
    ],
    initializationOptions: {
      inlayHints: settings.get("inlayHints"),
      mapLink: `${vscode.env.uriScheme}://file{path}:{line}:{column}`,
    },
    middleware: { window: { showDocument } },
    outputChannelName: "lint-embed",
  };
}

// The map is a page on the machine that the server runs on: shown in a tab, it can be seen
// from a browser or a remote window too.
async function showDocument(params, next) {
  if (!params.external || !params.uri.startsWith("file:")) {
    return next(params);
  }
  const data = await vscode.workspace.fs.readFile(vscode.Uri.parse(params.uri));
  const panel = vscode.window.createWebviewPanel(
    "lint-embed.map",
    "Map of embeddings",
    vscode.ViewColumn.Active,
    { enableScripts: true, enableFindWidget: true, retainContextWhenHidden: true }
  );
  panel.webview.html = new TextDecoder().decode(data);
  return { success: true };
}

async function start() {
  client = new LanguageClient("lint-embed", "lint-embed", serverOptions(), clientOptions());
  try {
    await client.start();
  } catch (error) {
    const said = 'lint-embed could not be started. Install it with: pip install "lint-embed[lsp]"';
    vscode.window.showErrorMessage(`${said} (${error.message || error})`);
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running) {
    await running.stop().catch(() => undefined);
  }
}

async function activate(context) {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    vscode.commands.registerCommand("lint-embed.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (["command", "inlayHints"].some((key) => event.affectsConfiguration(`lint-embed.${key}`))) {
        return restart();
      }
    })
  );
  // The client registers the server's own commands, `lint-embed.checkWorkspace` and
  // `lint-embed.showMap` among them.
  await start();
}

module.exports = { activate, deactivate: stop };
