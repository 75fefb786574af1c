import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// A page loads its parts when it is first shown, and compiling them takes
// longer than a second on a busy machine. A wait ends as soon as what it waits
// for is there; this only bounds one that would never end, below Jest's own bound.
configure({ asyncUtilTimeout: 4_500 });
