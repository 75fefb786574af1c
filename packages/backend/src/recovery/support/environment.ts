/** What `npm run test:recovery` tells the suite. */
export function readEnvironment() {
  const {
    GOLDEN_IMAGES_RECOVERY_KUBECONFIG: kubeconfigPath,
    GOLDEN_IMAGES_RECOVERY_IMAGE_URL: imageUrl,
    GOLDEN_IMAGES_RECOVERY_POSTGRES_URL: postgresUrl,
    GOLDEN_IMAGES_RECOVERY_ONLY: only = '',
    GOLDEN_IMAGES_RECOVERY_REPORT: reportPath,
    GOLDEN_IMAGES_FULL: full,
  } = process.env;
  if (!kubeconfigPath || !imageUrl) {
    throw new Error('Run this suite with "npm run test:recovery"');
  }
  return {
    kubeconfigPath,
    imageUrl,
    /** Absent: what needs a PostgreSQL server is left out. */
    postgresUrl: postgresUrl || undefined,
    /** Only what has this text in its title. */
    only,
    reportPath,
    full: full === 'true',
  };
}

/** Whether logs and databases stay, for whoever looks into a failure. */
export function keepsFolders(): boolean {
  return process.env.GOLDEN_IMAGES_RECOVERY_KEEP === 'true';
}
