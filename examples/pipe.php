<?php
/**
 * Asks modspam through a pipe: one process is kept open, and a comment costs a millisecond or two.
 *
 *     $modspam = new ModspamPipe();
 *     $verdict = $modspam->check(['text' => $text, 'author' => $name]);
 *     if ($verdict === null || $verdict['action'] !== 'keep') { ... hold the comment for a person ... }
 *
 * A process that has died is started again.  Where there is no answer in time the verdict is null, and the process is
 * ended, since its answer would be taken for the next comment's.  Needs PHP 8.1.
 */
final class ModspamPipe
{
    /** @var resource|null */
    private $process = null;
    private array $pipes = [];

    /**
     * @param string[] $command what to run; add ['--model', '/path/site.model'] or ['--hold-from', '0.8'] as you like
     * @param float $timeout seconds that an answer may take, the start of the process included
     */
    public function __construct(
        private array $command = ['modspam', 'check', '--jsonl'],
        private float $timeout = 5.0,
    ) {
    }

    /**
     * Judge a comment.
     *
     * @param array $comment in modspam's names (text, author, author_url, ...) or Akismet's (comment_content, ...)
     * @return array|null 'action' is 'keep', 'hold' or 'flag'; null if there was no answer
     * @throws InvalidArgumentException if modspam cannot read the comment
     */
    public function check(array $comment): ?array
    {
        $line = json_encode((object) $comment, JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR) . "\n";
        $until = microtime(true) + $this->timeout;
        for ($try = 0; $try < 2 && microtime(true) < $until; $try++) {
            if ($this->process === null && !$this->start()) {
                return null;
            }
            $answer = $this->ask($line, $until);
            if ($answer !== null) {
                $verdict = json_decode($answer, true, flags: JSON_THROW_ON_ERROR);
                if (isset($verdict['error'])) {
                    throw new InvalidArgumentException("modspam: {$verdict['error']}");
                }
                return $verdict;
            }
            $this->stop(); // it has died, or is too slow
        }
        return null;
    }

    public function __destruct()
    {
        $this->stop();
    }

    private function start(): bool
    {
        $process = @proc_open($this->command, [['pipe', 'r'], ['pipe', 'w'], ['file', 'php://stderr', 'w']], $this->pipes);
        if (!is_resource($process)) {
            return false;
        }
        $this->process = $process;
        stream_set_blocking($this->pipes[0], false);
        stream_set_blocking($this->pipes[1], false);
        return true;
    }

    /** Write the line and read the answer; null if the process has died or the time is up. */
    private function ask(string $line, float $until): ?string
    {
        $answer = '';
        while (!str_ends_with($answer, "\n")) {
            $left = (int) (1e6 * ($until - microtime(true)));
            $read = [$this->pipes[1]];
            $write = $line === '' ? [] : [$this->pipes[0]];
            $except = [];
            if ($left <= 0 || !@stream_select($read, $write, $except, intdiv($left, 1000000), $left % 1000000)) {
                return null;
            }
            if ($write) {
                $written = @fwrite($this->pipes[0], $line);
                if ($written === false) {
                    return null;
                }
                $line = substr($line, $written);
            }
            if ($read) {
                $piece = fread($this->pipes[1], 65536);
                if ($piece === false || ($piece === '' && feof($this->pipes[1]))) {
                    return null;
                }
                $answer .= $piece;
            }
        }
        return $answer;
    }

    private function stop(): void
    {
        if ($this->process === null) {
            return;
        }
        array_map('fclose', $this->pipes);
        proc_terminate($this->process, 9);
        proc_close($this->process);
        $this->process = null;
    }
}

// `php pipe.php [COMMAND...]` answers each line of standard input, a comment as JSON, with its action.
if (realpath($_SERVER['SCRIPT_FILENAME'] ?? '') === __FILE__) {
    $modspam = new ModspamPipe(...(count($argv) > 1 ? [array_slice($argv, 1)] : []));
    while (($line = fgets(STDIN)) !== false) {
        try {
            $comment = json_decode($line, true);
            echo $modspam->check(is_array($comment) ? $comment : [])['action'] ?? 'no answer', "\n";
        } catch (InvalidArgumentException $error) {
            echo $error->getMessage(), "\n";
        }
    }
}
