import { POLL_MS, type Sizes } from './Bench';
import { BURST_NAMESPACES, IN_BATCHES } from './measures/burstRequests';

/** What a run that counts measures. */
export const FULL: Sizes = {
  volumes: 20_000,
  entities: 1_000,
  views: [1_000, 10_000, 100_000],
  burst: 1_000,
};

/** For the readers of `docs/performance.md`, by paragraphs. */
export const ABOUT = [
  `One run against one API server in a process of its own, with ${FULL.volumes.toLocaleString(
    'en-US',
  )} cloned volumes (each a DataVolume, a claim, a PersistentVolume and a Longhorn volume) in 100 namespaces and ${FULL.entities.toLocaleString(
    'en-US',
  )} components. The backend is a whole Backstage backend in a process of its own, with sign-in, permissions, catalog and the Kubernetes plugin; its SQLite databases are on disk. Permissions are on: a policy decides about every volume by the owner of its namespace, and each component has one more volume, which the user may not see. What a reader may see is asked anew after 5 s at the latest (never for a write), and the views are so close together that most rest on an answer from before.`,
  '',
  `For the burst, ${FULL.burst.toLocaleString(
    'en-US',
  )} clones of five images are asked for at once by one user's token, over ${BURST_NAMESPACES} namespaces and each for a component of its own: once in requests of ${
    IN_BATCHES.size
  } clones, all sent at the same time, which is how somebody who wants many asks for them, and once each in a request of its own, where most of the time is what Backstage does for a request: routing, sign-in, the permission policy and the audit log. Both are held against the same goal. The catalog is full, and the backend has just answered dry runs of 300 of them in the same form, one request after the other, so that what a pre-flight may keep for 5 s has been read, and the copies that began meanwhile end when all were accepted. The bare creates are the very same DataVolumes under other names, sent to the API server one in each request and all at once, while the backend is not running. The benchmark plays the part of CDI and Longhorn, and what it says of copies at once, of lost and doubled clones and of their order is counted from the cluster's own watches. Out of order is a clone that is made before one of the same namespace that had been accepted before it was asked for, or in a turn of a namespace that comes although another had been waiting since its turn before. In the second burst of each form a copy takes 0.2 s; the backend is killed with SIGKILL when the first request for many was answered, or 30 % of the others, and started again, and whoever had no answer asks again; the slots that it had given by then, at most the width, are not judged as turns.`,
  '',
  `What a number is held against is measured in the same run, on the same data. For the first sync both the bare client and the backend are processes that have just started, and the API is asked every ${POLL_MS} ms whether it has everything, which is part of the time. A change is measured from when it is sent to the API server. Memory is what is left after a collection as V8 makes it when memory is short, which also gives back the pages that it keeps in reserve: those tell how much was used at once at some time, not what a volume needs. \`npm run bench -- --kubeconfig FILE\` measures against another API server.`,
];
