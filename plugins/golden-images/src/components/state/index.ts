export { CopyProgress } from './CopyProgress';
export { StateDetails } from './StateDetails';
export { StateSign } from './StateSign';
export { sourceInWords, volumeSentence } from './volumeWords';
