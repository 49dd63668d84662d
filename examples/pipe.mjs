/**
 * Asks modspam through a pipe: one process is kept open, and a comment costs a millisecond or two.
 *
 *     const modspam = new ModspamPipe();
 *     const verdict = await modspam.check({ text, author });
 *     if (verdict?.action !== "keep") { ... hold the comment for a person ... }
 *
 * Many comments may be asked about at once; the answers come in order.  A process that has died is started again, and
 * what it had not answered is asked once more.  Where there is no answer in time the verdict is null, and the process
 * is ended, since it is stuck.  Needs Node 18.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

export class ModspamPipe {
  #command;
  #timeout;
  #process = null;
  #waiting = []; // what has been asked and not answered, in order

  /**
   * @param {string[]} command what to run; add "--model", "/path/site.model" or "--hold-from", "0.8" as you like
   * @param {number} timeout milliseconds that an answer may take, the start of the process included
   */
  constructor(command = ["modspam", "check", "--jsonl"], timeout = 5000) {
    this.#command = command;
    this.#timeout = timeout;
  }

  /**
   * Judge a comment, in modspam's names (text, author, author_url, ...) or Akismet's (comment_content, ...).
   * Gives the verdict, whose action is "keep", "hold" or "flag", or null if there was no answer.
   * Throws if modspam cannot read the comment.
   */
  check(comment) {
    return new Promise((resolve, reject) => {
      const question = { line: JSON.stringify(comment) + "\n", tries: 0, resolve, reject };
      question.timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== question);
        resolve(null);
        this.#process?.kill("SIGKILL");
        this.#again(this.#process); // at once: its answer, if one is still on its way, is not for the next comment
      }, this.#timeout);
      this.#ask(question);
    });
  }

  /** End the process; what is still waiting is answered with null. */
  close() {
    const ended = this.#process;
    this.#process = null;
    for (const question of this.#waiting.splice(0)) this.#answer(question, null);
    ended?.stdin.end();
  }

  #ask(question) {
    question.tries += 1;
    this.#waiting.push(question);
    this.#process ??= this.#start();
    this.#process.stdin.write(question.line);
  }

  #start() {
    const [program, ...options] = this.#command;
    const started = spawn(program, options, { stdio: ["pipe", "pipe", "inherit"] });
    started.stdin.on("error", () => {}); // it has died: "close" comes, too
    started.on("error", () => {}); // it cannot be started: "close" comes, too
    started.on("close", () => this.#again(started));
    createInterface({ input: started.stdout }).on("line", (line) => {
      if (this.#process === started && this.#waiting.length) this.#answer(this.#waiting.shift(), JSON.parse(line));
    });
    return started;
  }

  /** Ask once more what a process that has ended left open. */
  #again(ended) {
    if (!ended || this.#process !== ended) return;
    this.#process = null;
    for (const question of this.#waiting.splice(0)) {
      if (question.tries < 2) this.#ask(question);
      else this.#answer(question, null);
    }
  }

  #answer(question, verdict) {
    clearTimeout(question.timer);
    if (verdict?.error) question.reject(new Error(`modspam: ${verdict.error}`));
    else question.resolve(verdict);
  }
}

// `node pipe.mjs [COMMAND...]` answers each line of standard input, a comment as JSON, with its action.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const modspam = process.argv.length > 2 ? new ModspamPipe(process.argv.slice(2)) : new ModspamPipe();
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      console.log((await modspam.check(JSON.parse(line)))?.action ?? "no answer");
    } catch (error) {
      console.log(error.message);
    }
  }
  modspam.close();
}
