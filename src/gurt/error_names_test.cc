// Tests of error names, and of the way between DER_ values and errno.
#include <climits>

#include <daos/common.h>
#include <daos_errno.h>
#include <gtest/gtest.h>

TEST(ErrorNames, name_is_found_with_either_sign) {
  EXPECT_STREQ(d_errstr(0), "DER_SUCCESS");
  EXPECT_STREQ(d_errstr(-DER_NONEXIST), "DER_NONEXIST");
  EXPECT_STREQ(d_errstr(DER_NONEXIST), "DER_NONEXIST");
}

TEST(ErrorNames, ends_of_both_ranges_have_names_and_what_is_beside_them_has_none) {
  EXPECT_STREQ(d_errstr(-DER_NO_PERM), "DER_NO_PERM");
  EXPECT_STREQ(d_errstr(-DER_QUOTA_LIMIT), "DER_QUOTA_LIMIT");
  EXPECT_STREQ(d_errstr(-DER_IO), "DER_IO");
  EXPECT_STREQ(d_errstr(-DER_IGNORE), "DER_IGNORE");
  for (int none :
       {-1, -1000, -(DER_QUOTA_LIMIT + 1), -2000, -DER_LAST_VALID, -DER_UNKNOWN, INT_MIN, INT_MAX}) {
    EXPECT_STREQ(d_errstr(none), "DER_UNKNOWN") << none;
  }
}

TEST(ErrorNames, meaning_is_a_sentence) {
  EXPECT_STREQ(d_errdesc(-DER_DIV_BY_ZERO), "Division by zero");
  EXPECT_STREQ(d_errdesc(0), "Success");
  EXPECT_STREQ(d_errdesc(-1), "Unknown error");
}

TEST(ErrorNames, der_becomes_errno) {
  EXPECT_EQ(daos_der2errno(0), 0);
  EXPECT_EQ(daos_der2errno(DER_NONEXIST), EINVAL);  // a positive value is none
  EXPECT_EQ(daos_der2errno(-DER_NONEXIST), ENOENT);
  EXPECT_EQ(daos_der2errno(-DER_REC2BIG), E2BIG);
  EXPECT_EQ(daos_der2errno(-DER_TX_RESTART), ERESTART);
  EXPECT_EQ(daos_der2errno(-DER_CSUM), EIO);
}

TEST(ErrorNames, errno_becomes_der) {
  EXPECT_EQ(d_errno2der(0), 0);
  EXPECT_EQ(d_errno2der(EACCES), -DER_NO_PERM);
  EXPECT_EQ(d_errno2der(EDQUOT), -DER_NOSPACE);
  EXPECT_EQ(d_errno2der(EXDEV), -DER_MISC);
}
