#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/ecdsa.h>
#include <openssl/bn.h>
#include <stddef.h>

// Keys from the numbers of a JWK, and the two checks that tokens need: OpenSSL's own way is through macros and parameter
// builders that Swift does not see. NULL and 0 for anything that is not right.

static inline EVP_PKEY *tapefold_key_from(const char *type, OSSL_PARAM_BLD *builder) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (parameters != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1) {
        if (EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return key;
}

/// An RSA public key from modulus and exponent, both big-endian.
static inline EVP_PKEY *tapefold_rsa_key(
    const unsigned char *n, int n_length, const unsigned char *e, int e_length) {
    BIGNUM *modulus = BN_bin2bn(n, n_length, NULL);
    BIGNUM *exponent = BN_bin2bn(e, e_length, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (modulus != NULL && exponent != NULL && builder != NULL
        && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1
        && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
        key = tapefold_key_from("RSA", builder);
    OSSL_PARAM_BLD_free(builder);
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

/// A P-256 public key from its uncompressed point: 0x04, x, y.
static inline EVP_PKEY *tapefold_p256_key(const unsigned char *point, size_t length) {
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (builder != NULL
        && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1
        && OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, length) == 1)
        key = tapefold_key_from("EC", builder);
    OSSL_PARAM_BLD_free(builder);
    return key;
}

static inline int tapefold_key_bits(EVP_PKEY *key) { return EVP_PKEY_get_bits(key); }

/// 1 when the signature over SHA-256 of the message is right: PKCS#1 v1.5 for RSA, DER for EC.
static inline int tapefold_verify(
    EVP_PKEY *key, const unsigned char *signature, size_t signature_length, const unsigned char *message,
    size_t message_length) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good = context != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1
        && EVP_DigestVerify(context, signature, signature_length, message, message_length) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

/// The same for P-256 with the 64 bytes r and s of a JWS.
static inline int tapefold_verify_p256(
    EVP_PKEY *key, const unsigned char *rs, const unsigned char *message, size_t message_length) {
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(rs, 32, NULL);
    BIGNUM *s = BN_bin2bn(rs + 32, 32, NULL);
    unsigned char *der = NULL;
    int good = 0;
    if (signature != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(signature, r, s) == 1) {
        // They belong to the signature now.
        r = NULL;
        s = NULL;
        int length = i2d_ECDSA_SIG(signature, &der);
        if (length > 0) good = tapefold_verify(key, der, (size_t)length, message, message_length);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    OPENSSL_free(der);
    return good;
}
