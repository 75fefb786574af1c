import { useEffect, useState } from 'react';
import { identityApiRef, useApi } from '@backstage/core-plugin-api';

/** Name of whoever is signed in; undefined until it is known. */
export function useSignedInName(): string | undefined {
  const identityApi = useApi(identityApiRef);
  const [name, setName] = useState<string>();
  useEffect(() => {
    let current = true;
    identityApi.getProfileInfo().then(
      profile => current && setName(profile.displayName),
      () => current && setName(undefined),
    );
    return () => {
      current = false;
    };
  }, [identityApi]);
  return name;
}
