import { useState } from 'react';
import { ProxiedSignInPage } from '@backstage/core-components';
import {
  configApiRef,
  SignInPageProps,
  useApi,
} from '@backstage/core-plugin-api';
import { forgetOnSignOut } from './forgetOnSignOut';
import { PeopleList } from './PeopleList';
import { readPeople } from './readPeople';
import { rememberedPerson } from './rememberedPerson';
import { SignInFailure } from './SignInFailure';

/** Offers the demo's people; the auth provider `demo` gives real tokens for them. */
export const DemoSignInPage = (props: SignInPageProps) => {
  const people = readPeople(useApi(configApiRef));
  const [chosen, setChosen] = useState(rememberedPerson.get);

  const choose = (entityRef: string) => {
    rememberedPerson.set(entityRef);
    setChosen(entityRef);
  };
  const back = () => {
    rememberedPerson.forget();
    setChosen(undefined);
  };

  const person = people.find(({ entityRef }) => entityRef === chosen);
  if (!person) {
    return <PeopleList people={people} onChoose={choose} />;
  }
  return (
    <ProxiedSignInPage
      provider="demo"
      headers={{ 'x-demo-user': person.entityRef }}
      onSignInSuccess={identity =>
        props.onSignInSuccess(forgetOnSignOut(identity))
      }
      ErrorComponent={({ error }) => (
        <SignInFailure person={person} error={error} onBack={back} />
      )}
    />
  );
};
