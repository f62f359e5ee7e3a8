// Section 9 of the method document: disjoint, covering, the asked R reached, the server's share exact.

#include "common/data/partition/partition.h"
#include "common/base/image_shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "common/data/images.h"

namespace covey::data {
namespace {

/// Images of one pixel; class c has counts[c] of them, mixed. Owner = position mod `owners`.
Dataset make_dataset(const std::vector<std::size_t>& counts, std::uint32_t owners = 0) {
  Dataset dataset;
  dataset.classes = static_cast<int>(counts.size());
  dataset.train.format = ImageShape{1, 1, 1};
  const std::size_t most = *std::max_element(counts.begin(), counts.end());
  for (std::size_t i = 0; i < most; ++i) {
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (i < counts[c]) dataset.train.labels.push_back(static_cast<std::int32_t>(c));
    }
  }
  dataset.train.bytes.assign(dataset.train.labels.size(), 0);
  for (std::uint32_t i = 0; owners > 0 && i < dataset.train.labels.size(); ++i) {
    dataset.train.owners.push_back(i % owners);
  }
  return dataset;
}

struct Setting {
  config::Data data;
  config::Federation federation;
};

Setting setting(const std::string& kind, std::int64_t users, std::int64_t labelled, double r = 0.4) {
  Setting s;
  s.data.partition = kind;
  s.federation.users = users;
  s.federation.labelled = labelled;
  s.federation.noniid = r;
  return s;
}

Result<Partition> partition_of(const Dataset& dataset, const Setting& s, std::uint64_t seed = 1) {
  return make_partition(dataset, s.data, s.federation, seed);
}

void expect_disjoint_and_covering(const Partition& partition, std::size_t images) {
  std::vector<std::uint32_t> all = partition.server;
  for (const auto& user : partition.users) {
    EXPECT_FALSE(user.empty());
    all.insert(all.end(), user.begin(), user.end());
  }
  EXPECT_EQ(all.size(), images);
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], i);
}

TEST(PartitionTest, EveryKindIsDisjointAndCoversAll) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 120), 40);
  for (const std::string kind : {"classes", "iid", "dirichlet", "shards", "natural"}) {
    for (const std::int64_t users : {1, 3, 10, 17, 40}) {
      const auto partition = partition_of(dataset, setting(kind, users, 105));
      ASSERT_TRUE(partition.ok()) << kind << ' ' << users << ": " << partition.status().message();
      EXPECT_EQ(partition->users.size(), static_cast<std::size_t>(users));
      EXPECT_EQ(partition->server.size(), 100u) << "floor(105 / 10) of each class";
      expect_disjoint_and_covering(*partition, dataset.train.size());
    }
  }
}

TEST(PartitionTest, ServerHasTheSameNumberOfEveryClass) {
  const Dataset dataset = make_dataset({50, 70, 30, 90});
  const auto partition = partition_of(dataset, setting("classes", 4, 43));
  ASSERT_TRUE(partition.ok()) << partition.status().message();
  std::vector<int> counts(4, 0);
  for (const std::uint32_t i : partition->server) ++counts[static_cast<std::size_t>(dataset.train.labels[i])];
  EXPECT_EQ(counts, (std::vector<int>{10, 10, 10, 10}));
}

TEST(PartitionTest, ReachesTheAskedRWithOneMainUserPerClass) {
  for (const std::size_t classes : {std::size_t{10}, std::size_t{47}}) {
    // EMNIST's size: with few images per class and user, rounding alone moves R by more than the bound.
    const Dataset dataset = make_dataset(std::vector<std::size_t>(classes, 2400));
    for (const double r : {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}) {
      const auto users = static_cast<std::int64_t>(classes);
      const auto partition = partition_of(dataset, setting("classes", users, 100 * users, r));
      ASSERT_TRUE(partition.ok());
      EXPECT_NEAR(partition->r_achieved, r, 0.01);
      EXPECT_EQ(partition->r_asked, r);
    }
  }
}

TEST(PartitionTest, MeetsTheUpperLimitWhenUsersShareClasses) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 600));
  // 1 - d C(m, 2) / C(K, 2) for m users per class.
  const auto limit = [](double users, double sharers) {
    return 1.0 - 10.0 * sharers * (sharers - 1.0) / (users * (users - 1.0));
  };
  EXPECT_NEAR(partition_of(dataset, setting("classes", 20, 1000, 1.0))->r_achieved, limit(20, 2), 1e-9);
  EXPECT_NEAR(partition_of(dataset, setting("classes", 30, 1000, 1.0))->r_achieved, limit(30, 3), 1e-9);
  EXPECT_NEAR(limit(20, 2), 0.947, 0.001);
}

TEST(PartitionTest, FewerUsersThanClassesShareTheMainClassesByModulo) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 100));
  const auto partition = partition_of(dataset, setting("classes", 4, 100, 1.0));
  ASSERT_TRUE(partition.ok());
  const auto counts = class_counts(*partition, dataset.train, 10);
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t c = 0; c < 10; ++c) EXPECT_EQ(counts[k][c], c % 4 == k ? 90u : 0u) << k << ' ' << c;
  }
}

TEST(PartitionTest, ClassCountsAreWithinOneOfTheFormula) {
  const Dataset dataset = make_dataset({200, 150, 100, 60, 300});
  const double r = 0.4;
  const auto partition = partition_of(dataset, setting("classes", 12, 50, r));
  ASSERT_TRUE(partition.ok());
  const auto counts = class_counts(*partition, dataset.train, 5);
  const std::vector<double> left = {190, 140, 90, 50, 290};
  const std::vector<double> sharers = {3, 3, 2, 2, 2};
  for (std::size_t k = 0; k < 12; ++k) {
    const std::size_t j = k % 5;
    for (std::size_t i = 0; i < 5; ++i) {
      double expected = left[i] * (left[j] / 760.0) * (1.0 - r) / sharers[j];
      if (i == j) expected += left[j] * r / sharers[j];
      EXPECT_LT(std::abs(counts[k][i] - expected), 1.0) << k << ' ' << i;
    }
  }
}

TEST(PartitionTest, ListsTellNothingAboutLabelsByTheirOrder) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 200));
  const auto partition = partition_of(dataset, setting("classes", 10, 100, 0.4));
  ASSERT_TRUE(partition.ok());
  for (const auto& user : partition->users) {
    std::size_t equal_neighbours = 0;
    for (std::size_t i = 1; i < user.size(); ++i) {
      equal_neighbours += dataset.train.labels[user[i]] == dataset.train.labels[user[i - 1]];
    }
    // In random order about .46^2 + 9 * .06^2 = .24 of the neighbours agree; class after class, nearly all
    // would.
    EXPECT_LT(static_cast<double>(equal_neighbours) / static_cast<double>(user.size()), 0.45);
    EXPECT_FALSE(std::is_sorted(user.begin(), user.end()));
  }
}

TEST(PartitionTest, IsAFunctionOfTheSeed) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 100));
  const Setting s = setting("classes", 10, 100);
  EXPECT_EQ(partition_of(dataset, s, 4)->users, partition_of(dataset, s, 4)->users);
  EXPECT_NE(partition_of(dataset, s, 4)->users, partition_of(dataset, s, 5)->users);
}

TEST(PartitionTest, ServerKeepsItsImagesWhateverTheKindOrUsers) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 100), 30);
  const auto server = partition_of(dataset, setting("classes", 10, 100))->server;
  EXPECT_EQ(partition_of(dataset, setting("dirichlet", 5, 100))->server, server);
}

TEST(PartitionTest, ShardsGiveUsersFewClasses) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 110));
  Setting s = setting("shards", 10, 100);
  s.data.shards_per_user = 2;
  const auto partition = partition_of(dataset, s);
  ASSERT_TRUE(partition.ok());
  for (const auto& counts : class_counts(*partition, dataset.train, 10)) {
    EXPECT_LE(std::count_if(counts.begin(), counts.end(), [](std::uint32_t n) { return n > 0; }), 2);
  }
  s.data.shards_per_user = 101;
  EXPECT_EQ(partition_of(dataset, s).status().code(), Code::kInvalidArgument);
}

TEST(PartitionTest, DirichletIsMoreUnevenForSmallerAlpha) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 500));
  Setting s = setting("dirichlet", 10, 100);
  s.data.dirichlet_alpha = 100.0;
  const double even = partition_of(dataset, s)->r_achieved;
  s.data.dirichlet_alpha = 0.1;
  const double uneven = partition_of(dataset, s)->r_achieved;
  EXPECT_LT(even, 0.15);
  EXPECT_GT(uneven, 0.5);
  s.data.dirichlet_alpha = 0.0;
  EXPECT_EQ(partition_of(dataset, s).status().code(), Code::kInvalidArgument);
  s = setting("dirichlet", 300, 100);
  s.data.dirichlet_alpha = 0.001;
  EXPECT_EQ(partition_of(dataset, s).status().code(), Code::kInvalidArgument) << "users without images";
}

TEST(PartitionTest, NaturalOwnersStayTogether) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 120), 12);
  const auto partition = partition_of(dataset, setting("natural", 5, 100));
  ASSERT_TRUE(partition.ok()) << partition.status().message();
  for (std::size_t k = 0; k < 5; ++k) {
    for (const std::uint32_t i : partition->users[k]) EXPECT_EQ(dataset.train.owners[i] % 5, k);
  }
  EXPECT_TRUE(std::isnan(partition->r_asked));
  EXPECT_EQ(partition_of(dataset, setting("natural", 13, 100)).status().code(), Code::kInvalidArgument);
  const Dataset ownerless = make_dataset({20, 20});
  EXPECT_EQ(partition_of(ownerless, setting("natural", 2, 4)).status().code(), Code::kInvalidArgument);
}

TEST(PartitionTest, RefusesWhatCannotBeSplitWithTheAllowedRange) {
  const Dataset dataset = make_dataset({20, 30, 10});
  for (const Setting& s :
       {setting("iid", 2, 2), setting("iid", 2, 33), setting("iid", 2, -5), setting("iid", 0, 3),
        setting("iid", 58, 3), setting("classes", 2, 3, 1.5), setting("classes", 2, 3, -0.1)}) {
    const Status status = partition_of(dataset, s).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_NE(status.message().find("allowed are"), std::string::npos) << status.message();
  }
  EXPECT_TRUE(partition_of(dataset, setting("iid", 57, 3)).ok());
  EXPECT_EQ(partition_of(dataset, setting("classes", 3, 30, 1.0)).status().code(), Code::kInvalidArgument)
      << "class 2 has nothing left for its user";
  EXPECT_EQ(partition_of(dataset, setting("by-hand", 3, 3)).status().code(), Code::kInvalidArgument);
}

TEST(PartitionTest, TheServerMayTakeAllWhereOnlyItTrains) {
  const Dataset dataset = make_dataset({20, 30, 10});
  Setting s = setting("classes", 4, 60);
  s.federation.rounds = 5;
  s.federation.warmup_rounds = 4;
  EXPECT_EQ(partition_of(dataset, s).status().code(), Code::kInvalidArgument);
  s.federation.warmup_rounds = 5;
  const auto partition = partition_of(dataset, s);
  ASSERT_TRUE(partition.ok()) << partition.status().message();
  std::vector<std::uint32_t> all = partition->server;
  EXPECT_FALSE(std::is_sorted(all.begin(), all.end()));
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), 60u);
  for (std::uint32_t i = 0; i < 60; ++i) EXPECT_EQ(all[i], i);
  EXPECT_EQ(partition->users, (std::vector<std::vector<std::uint32_t>>(4)));
  EXPECT_EQ(partition->r_achieved, 0);
  s.federation.labelled = 27;
  EXPECT_EQ(partition_of(dataset, s)->server.size(), 27u) << "as ever with fewer";
}

TEST(PartitionTest, LabelsAtTheUsersAreEqualSharesOfWhatTheServerHad) {
  const Dataset dataset = make_dataset(std::vector<std::size_t>(10, 100));
  Setting s = setting("iid", 4, 110, 0);
  const Partition at_server = *partition_of(dataset, s);
  s.federation.labels_at = "users";
  const auto partition = partition_of(dataset, s);
  ASSERT_TRUE(partition.ok()) << partition.status().message();
  EXPECT_TRUE(partition->server.empty());
  EXPECT_EQ(partition->users, at_server.users) << "what has no label stays where it was";
  std::vector<std::uint32_t> all;
  for (const auto& user : partition->labelled_users) {
    EXPECT_TRUE(user.size() == 27 || user.size() == 28);
    all.insert(all.end(), user.begin(), user.end());
  }
  EXPECT_EQ(all, at_server.server);
  EXPECT_TRUE(at_server.labelled_users.empty());
}

std::vector<std::map<std::int32_t, int>> labelled_counts(const Dataset& dataset, const Setting& s) {
  std::vector<std::map<std::int32_t, int>> counts;
  const auto partition = partition_of(dataset, s);
  EXPECT_TRUE(partition.ok()) << partition.status().message();
  for (const auto& user : partition->labelled_users) {
    counts.emplace_back();
    for (const std::uint32_t i : user) ++counts.back()[dataset.train.labels[i]];
  }
  return counts;
}

TEST(PartitionTest, UnevenLabelsAtTheUsersComeInClassPairs) {
  using Counts = std::vector<std::map<std::int32_t, int>>;
  const Dataset dataset = make_dataset(std::vector<std::size_t>(5, 100));
  Setting s = setting("classes", 4, 30, 0.4);
  s.federation.labels_at = "users";
  // Pairs (0, 1), (2, 3), (4): user 3 shares the first.
  EXPECT_EQ(labelled_counts(dataset, s),
            (Counts{{{0, 3}, {1, 3}}, {{2, 6}, {3, 6}}, {{4, 6}}, {{0, 3}, {1, 3}}}));
  s.federation.users = 2;
  EXPECT_EQ(labelled_counts(dataset, s), (Counts{{{0, 6}, {1, 6}, {4, 6}}, {{2, 6}, {3, 6}}}));
  s.federation.users = 1;
  EXPECT_EQ(labelled_counts(dataset, s), (Counts{{{0, 6}, {1, 6}, {2, 6}, {3, 6}, {4, 6}}}));
}

TEST(PartitionTest, AUserWithoutALabelIsRefused) {
  const Dataset dataset = make_dataset({50, 50});
  Setting s = setting("iid", 5, 4, 0);
  s.federation.labels_at = "users";
  EXPECT_EQ(
      partition_of(dataset, s).status().message(),
      "federation.labels_at = \"users\": user 4 of 5 gets none of the 4 labelled images; use fewer users "
      "or a larger federation.labelled");
  s.federation.noniid = 0.5;
  EXPECT_EQ(partition_of(dataset, s).status().code(), Code::kInvalidArgument);
}

TEST(NonIidness, MatchesTheSumOverPairs) {
  EXPECT_DOUBLE_EQ(non_iidness({{5, 0}, {0, 9}}), 1.0);
  EXPECT_DOUBLE_EQ(non_iidness({{5, 5}, {2, 2}, {9, 9}}), 0.0);
  EXPECT_DOUBLE_EQ(non_iidness({{1, 2}}), 0.0);
  // Shares (1, 0), (1/2, 1/2), (1/4, 3/4): distances 1/2, 3/4, 1/4, mean 1/2.
  EXPECT_DOUBLE_EQ(non_iidness({{4, 0}, {3, 3}, {1, 3}}), 0.5);
}

}  // namespace
}  // namespace covey::data
