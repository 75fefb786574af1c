/**
 * Preloaded into processes that must not outlive the one that started them:
 * when its end of the IPC channel closes, however it died, this process is
 * asked to stop, and killed if it does not.
 */
const GRACE_MS = 10_000;

if (process.channel) {
  process.once('disconnect', () => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // The channel alone is no reason to stay.
  process.channel.unref();
}
