import Corpus
import Testing

@Suite struct CorpusTests {}
