// How an entry of the repair queue knows that its row is as it was when somebody accepted it.
// Does: generate, for the entries of some directions, a hash over both sides of the row as they stand. Pure.
// Does not: run it, or decide what an accepted entry is worth (steps/repairs.hpp).
#pragma once
#include "mapping/derive.hpp"

namespace segue::mapping {

// `of`: a scalar query over the entry segue_q of segue.repairs; NULL: the row is gone.
// `directions`: of the entries that it is for, as text[].
struct Fingerprint { std::string directions; Sql of; };
std::vector<Fingerprint> fingerprints(const Resolved& mapping);
// What stands for a driving row is its claims, so a row whose claims cannot be computed has none: the query fails with class 22.
std::vector<Fingerprint> fingerprints(const Derivation& derivation);

}  // namespace segue::mapping
