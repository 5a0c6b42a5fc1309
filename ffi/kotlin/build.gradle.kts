// The Android library of the phone core. `cargo xtask package` puts the generated Kotlin and the built libraries in place.
plugins {
    id("com.android.library") version "8.7.3"
    id("org.jetbrains.kotlin.android") version "2.1.0"
    id("org.jetbrains.dokka") version "2.0.0"
    id("maven-publish")
}

group = "kz.tanba"
version = providers.gradleProperty("tanbaVersion").getOrElse("0.1.0")

android {
    namespace = "kz.tanba"
    compileSdk = 35

    defaultConfig {
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    kotlinOptions {
        jvmTarget = "17"
    }

    publishing {
        singleVariant("release") { withSourcesJar() }
    }
}

dependencies {
    implementation("net.java.dev.jna:jna:5.15.0@aar")
    implementation("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.9.0")
}

publishing {
    publications {
        register<MavenPublication>("release") {
            artifactId = "tanba"
            afterEvaluate { from(components["release"]) }
        }
    }
}
